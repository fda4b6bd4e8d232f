/** When a call must have ended, whatever it asks in between. */
export class Deadline {
  private readonly endsAt: number

  /** `ms` from now. */
  constructor(ms: number) {
    this.endsAt = performance.now() + ms
  }

  /** Whole milliseconds; 0: it is over. */
  get left(): number {
    return Math.max(0, Math.ceil(this.endsAt - performance.now()))
  }
}
