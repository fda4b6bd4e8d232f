import { encodeTransaction } from '../../../src/deso/codec.js'
import { signTransaction } from '../../../src/deso/signature.js'
import { parseTransaction } from '../../../src/devchain/wire/parse-transaction.js'
import type { Answer, ManualDevchain } from '../manual-devchain.js'
import { type Difference, differencesBetween } from './differences.js'
import { type Feed, readScenario, type Sighting, type Step, type Watch } from './recorded.js'

export interface StepDifference extends Difference {
  scenario: string
  /** Its number, or `sent` for a transaction that was sent unrecorded. */
  step: string
  /** The path of the request. */
  request: string
}

const BLOCKS_TO_INDEX = 20

/** Asks a local chain what a node was asked, at the same height. */
export class Replayer {
  readonly #constructed = new Map<number, string>()
  #tip: number

  constructor(
    private readonly chain: ManualDevchain,
    private readonly faultsAt: (scenario: string, step: number) => Record<string, unknown>[],
    /** Where the chain is. */
    tip: number,
  ) {
    this.#tip = tip
  }

  /** All that differs in a scenario, step by step. */
  async replay(scenario: string): Promise<StepDifference[]> {
    const rows = readScenario(scenario)
    const found: StepDifference[] = []
    for (const [index, row] of rows.entries()) {
      const differences = await this.#replayRow(
        scenario,
        row,
        rows[index + 1]?.tip ?? row.tip + BLOCKS_TO_INDEX,
      )
      const step = 'feed' in row ? 'sent' : String(row.n)
      const request = 'path' in row ? row.path : ''
      found.push(...differences.map((difference) => ({ scenario, step, request, ...difference })))
    }
    return found
  }

  #replayRow(scenario: string, row: Step | Feed | Watch, nextTip: number): Promise<Difference[]> {
    if ('feed' in row) return this.feed(row)
    return 'watch' in row ? this.watch(row) : this.play(row, nextTip, this.faultsAt(scenario, row.n))
  }

  /** Sends what was sent unrecorded; it has to be taken, under its id. */
  async feed({ feed, id, tip }: Feed): Promise<Difference[]> {
    await this.mineTo(tip)
    const { status, body } = await this.chain.submit(feed)
    const here = status === 200 ? body.TxnHashHex : body.error
    return here === id ? [] : [{ path: 'body', recorded: id, here }]
  }

  /** `nextTip`: where the node was when it had answered; `faults`: what it was going through. */
  async play(step: Step, nextTip: number, faults: readonly Record<string, unknown>[]): Promise<Difference[]> {
    await this.mineTo(step.tip)
    for (const fault of faults) await this.chain.post('/dev/faults', fault)
    const asked = this.#ask(step)
    asked.catch(() => undefined)
    await this.#answerOrWait(asked, nextTip)
    const differences = await this.#compare(step, asked)
    if (faults.length > 0) await this.chain.post('/dev/faults', {})
    return differences
  }

  /** Looks for a transaction everywhere. */
  async watch({ id, raw, tip, watch }: Watch): Promise<Difference[]> {
    await this.mineTo(tip)
    const faults = this.#faultsOf(watch, tip)
    for (const fault of faults) await this.chain.post('/dev/faults', fault)
    const seen = await this.#sighting(id, raw)
    if (faults.length > 0) await this.chain.post('/dev/faults', {})
    return [JSON.stringify(watch)]
      .filter((recorded) => recorded !== JSON.stringify(seen))
      .map((recorded) => ({ path: 'sighting', recorded, here: JSON.stringify(seen) }))
  }

  /** What vanishes for a moment is a flicker; what is committed and in no index, an index that lags. */
  #faultsOf({ entry, committed, transactionInfo }: Sighting, tip: number): Record<string, unknown>[] {
    if (entry === 404) return [{ kind: 'flicker', times: 3 }]
    if (!committed || transactionInfo === 'indexed') return []
    return [{ kind: 'indexLag', blocks: tip - 1 - Number(String(entry).slice('BlockHeight '.length)) }]
  }

  async #sighting(id: string, raw: string): Promise<Sighting> {
    const entry = await this.chain.get(`/api/v0/user-associations/${id}`)
    const info = await this.chain.post('/api/v1/transaction-info', { TransactionIDBase58Check: id })
    const where = info.body.Transactions?.[0].BlockHashHex ? 'indexed' : 'mempool'
    const transactionInfo = info.status === 200 ? where : 'notfound'
    if (entry.status !== 200) return { entry: entry.status, committed: null, transactionInfo, block: 'n/a' }
    const { BlockHeight } = entry.body
    const tip = await this.chain.get('/api/v0/get-committed-tip-block-info')
    const block = await this.chain.post('/api/v1/block', { Height: BlockHeight, FullBlock: true })
    const isThere = block.body.Transactions?.some(
      (each: { RawTransactionHex: string }) => each.RawTransactionHex === raw,
    )
    return {
      entry: `BlockHeight ${BlockHeight}`,
      committed: BlockHeight <= tip.body.Height,
      transactionInfo,
      block: block.status === 200 ? (isThere ? 'blockHas(raw equal)' : 'another block') : 'no such block yet',
    }
  }

  async mineTo(tip: number): Promise<void> {
    while (this.#tip < tip) {
      const { body } = await this.chain.mine(Math.min(tip - this.#tip, 10_000))
      this.#tip = body.height
    }
  }

  async #ask(step: Step): Promise<Answer> {
    const body = await this.#bodyOf(step)
    const headers = step.headers ?? (body === undefined ? {} : { 'Content-Type': 'application/json' })
    const nonce = /"PartialID":(\d+)/.exec(step.answer ?? '')
    if (nonce) this.chain.partialIds.splice(0, 1, BigInt(nonce[1] as string))
    return await this.chain.send(step.method, step.path, headers, body)
  }

  /** get-txn waits for its node's index. */
  async #answerOrWait(asked: Promise<Answer>, nextTip: number): Promise<void> {
    let isAnswered = false
    const settled = asked.then(
      () => true,
      () => true,
    )
    settled.then(() => {
      isAnswered = true
    })
    while (!isAnswered && this.chain.clock.sleeping === 0) {
      await Promise.race([settled, new Promise((resolve) => setImmediate(resolve))])
    }
    if (isAnswered) return
    await this.mineTo(nextTip)
    this.chain.clock.pass(1000)
  }

  async #compare(step: Step, asked: Promise<Answer>): Promise<Difference[]> {
    try {
      const answer = await asked
      const constructed = /"TransactionHex":"([0-9a-f]+)"/.exec(answer.body)?.[1]
      if (constructed) this.#constructed.set(step.n, constructed)
      if (step.dropped) return [{ path: 'status', recorded: 'ECONNRESET', here: String(answer.status) }]
      return differencesBetween(step, answer)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (step.dropped && code === 'ECONNRESET') return []
      return [{ path: 'status', recorded: String(step.status), here: String(code) }]
    }
  }

  async #bodyOf({ body, signed }: Step): Promise<string | undefined> {
    if (signed) return this.#signedBody(signed)
    if (body === undefined) return undefined
    const text =
      typeof body === 'string'
        ? body
        : body.map((part) => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('')
    const height = /\{block (\d+)\}/.exec(text)?.[1]
    if (height === undefined) return text
    const block = await this.chain.post('/api/v1/block', { Height: Number(height) })
    return text.replace(`{block ${height}}`, block.body.Header.BlockHashHex)
  }

  #signedBody({ step, seedHex }: { step: number; seedHex: string }): string {
    const { transaction } = parseTransaction(Buffer.from(this.#constructed.get(step) ?? '', 'hex'))
    const signed = encodeTransaction(signTransaction(transaction, Buffer.from(seedHex, 'hex')))
    return JSON.stringify({ TransactionHex: Buffer.from(signed).toString('hex') })
  }
}
