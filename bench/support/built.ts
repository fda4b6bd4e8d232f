/** A module as `npm run build` made it: what runs through tsx is slower, and not what an operator runs. */
export async function built<T>(path: string): Promise<T> {
  const url = new URL(`../../dist/${path}.js`, import.meta.url).href
  try {
    return (await import(url)) as T
  } catch (cause) {
    throw new Error(`There is no ${url}: run \`npm run build\` first.`, { cause })
  }
}
