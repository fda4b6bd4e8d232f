import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../config/config.js'
import { startGateway } from '../gateway.js'
import type { StoryOptions } from './options.js'

/** Where the story plays: a gateway and its local chain. */
export interface Stage extends AsyncDisposable {
  url: string
  chainUrl: string
  /** Made for this story, and gone after it. */
  isOwn: boolean
}

/** Somebody's running gateway, or one on free ports with a folder of its own, removed afterwards. */
export async function openStage({ running }: Pick<StoryOptions, 'running'>): Promise<Stage> {
  if (running) return { ...running, isOwn: false, async [Symbol.asyncDispose]() {} }
  const dataDir = await mkdtemp(join(tmpdir(), 'deso-ipfs-story-'))
  const remove = () => rm(dataDir, { recursive: true, force: true })
  try {
    const gateway = await startGateway(loadConfig(ownSettings(dataDir)))
    return {
      url: gateway.url,
      chainUrl: gateway.devchain?.url ?? '',
      isOwn: true,
      async [Symbol.asyncDispose]() {
        await gateway.close()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** The environment's settings, but for those that would lead somewhere else than to a gateway of the story's own. */
function ownSettings(dataDir: string): NodeJS.ProcessEnv {
  return {
    LOG_LEVEL: 'error',
    ...process.env,
    NODE_ENV: 'development',
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    PUBLIC_URL: '',
    DEVCHAIN_PORT: '0',
    DESO_NODE_URL: '',
    DESO_NETWORK: 'testnet',
    GATEWAY_SEED: '',
  }
}
