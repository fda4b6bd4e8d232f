import { createReadStream } from 'node:fs'
import { Upload } from 'tus-js-client'
import { bearer } from './library.js'

export interface StubbornOptions {
  endpoint: string
  token: string
  path: string
  metadata: Record<string, string>
  /** Of one PATCH; Infinity: all that is left. */
  chunkSize: number
  /** What happens when so many bytes have gone out: a break, or what is to be done meanwhile. */
  troubles: readonly { at: number; meanwhile?: () => Promise<void> }[]
}

/**
 * Uploads a file by tus-js-client, which is cut off at each trouble and goes on when that is over; the address of the
 * upload.
 */
export function uploadStubbornly(options: StubbornOptions): Promise<string> {
  const troubles = [...options.troubles].sort((a, b) => a.at - b.at)
  let isInTrouble = false
  const pass = async (trouble: StubbornOptions['troubles'][number], upload: Upload) => {
    isInTrouble = true
    await upload.abort()
    await trouble.meanwhile?.()
    isInTrouble = false
    upload.start()
  }
  return new Promise((resolve, reject) => {
    const upload = new Upload(createReadStream(options.path), {
      endpoint: options.endpoint,
      headers: bearer(options.token),
      metadata: options.metadata,
      chunkSize: options.chunkSize,
      retryDelays: Array(40).fill(250),
      onError: reject,
      onSuccess() {
        if (troubles.length > 0) reject(new Error(`${troubles.length} troubles did not come`))
        else resolve(upload.url as string)
      },
      onProgress(sent) {
        const [next] = troubles
        if (!next || sent < next.at || isInTrouble) return
        troubles.shift()
        pass(next, upload).catch(reject)
      },
    })
    upload.start()
  })
}
