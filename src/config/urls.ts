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

/** A redis: or rediss: URL as it stands, or what is wrong with it. User, password and number of the database are fine. */
export function parseRedisUrl(text: string): { url: string } | { fault: string } {
  const parsed = URL.canParse(text) ? new URL(text) : undefined
  if (parsed === undefined || !['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '') {
    return { fault: 'write a Redis URL such as redis://redis.example.org:6379/0' }
  }
  if (!/^(\/\d{0,5})?$/.test(parsed.pathname) || /[?#]/.test(text)) {
    return { fault: 'write nothing behind host and port but the number of a database' }
  }
  return { url: text }
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
