import { createNarrator, formatBytes } from './narrator.js'
import { parseStoryOptions, type StoryOptions, StoryUsageError, USAGE } from './options.js'
import { openStage } from './stage.js'
import { playStory } from './story.js'

/** The command: plays the whole story, and says by its exit code whether it went as it must. */
const args = process.argv.slice(2)
try {
  if (args.includes('--help')) console.log(USAGE)
  else await tell(parseStoryOptions(args))
} catch (error) {
  process.exitCode = 1
  if (error instanceof StoryUsageError) console.error(`${error.message}\n\n${USAGE}`)
  else
    console.error(
      `\nThe story broke: ${error instanceof Error ? error.message : String(error)}`,
      causeOf(error),
    )
}

async function tell({ size, running }: StoryOptions): Promise<void> {
  const stopped = new AbortController()
  const stop = () => stopped.abort(new Error('it was stopped'))
  // Ctrl-C under npm comes twice; what was started is taken down all the same.
  process.on('SIGINT', stop).on('SIGTERM', stop)
  const began = performance.now()
  await using stage = await openStage({ running })
  console.log(`The gateway: ${stage.url}/graphql   The local chain: ${stage.chainUrl}`)
  const narrator = createNarrator(process.stdout)
  const transactions = await playStory(stage, { narrator, signal: stopped.signal, size })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `\nAll of it happened: ${transactions.length} transactions, ${formatBytes(size)} up and down, ${seconds} s.`,
  )
}

function causeOf(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? `\n(${error.cause.message})` : ''
}
