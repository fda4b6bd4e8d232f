/** Reads a gateway's /metrics. */
export class Samples {
  private constructor(readonly text: string) {}

  static async of({ url }: { url: string }): Promise<Samples> {
    const response = await fetch(`${url}/metrics`)
    if (response.status !== 200) throw new Error(`/metrics: ${response.status}`)
    return new Samples(await response.text())
  }

  /** Of the samples of this name that have these labels: their sum; 0 where there is none. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
    return this.text
      .split('\n')
      .filter((line) => new RegExp(`^${name}[{ ]`).test(line) && wanted.every((each) => line.includes(each)))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  /** Every value that a label has. */
  values(label: string): string[] {
    const found = this.text.matchAll(new RegExp(`[{,]${label}="([^"]*)"`, 'g'))
    return [...new Set([...found].map(([, value]) => value as string))].sort()
  }
}
