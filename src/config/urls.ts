/** What a URL of a setting may be; the faults say what to write and never quote it, as it may hold a secret. */

/** An http(s) URL without anything behind its path and without a slash at the end, or what is wrong with it. */
export function parseBaseUrl(text: string): { url: string; hostname: string } | { fault: string } {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
    return { fault: 'write a whole URL such as https://example.org' }
  }
  if (parsed.username !== '' || parsed.password !== '') return { fault: 'write it without user and password' }
  if (/[?#]/.test(text)) return { fault: 'write it without ? and #' }
  return { url: parsed.origin + parsed.pathname.replace(/\/+$/, ''), hostname: parsed.hostname }
}

/** This machine, as URL.hostname writes it. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}
