import { createHmac, timingSafeEqual } from 'node:crypto'
import type { AppContext } from '../context.js'
import { type PublicKey, parsePublicKey } from '../deso/keys.js'

/**
 * The text that is signed to sign in. It says for which gateway and key it is and until when, and proves by itself
 * that this gateway (or another of its seed) made it: its nonce ends in an HMAC of all the rest.
 */
export interface Challenge {
  publicKey: PublicKey
  /** 16 random bytes in hex. */
  random: string
  issuedAt: Date
  expiresAt: Date
}

const TITLE = 'deso-ipfs-gateway sign-in v1'
const LINES =
  /^Account: (\w+)\nNonce: ([0-9a-f]{32})([0-9a-f]{64})\nIssued at: (\S{24})\nExpires at: (\S{24})$/

type Gateway = Pick<AppContext, 'config' | 'identity'>

export function writeChallenge(app: Gateway, challenge: Challenge): string {
  const { publicKey, random, issuedAt, expiresAt } = challenge
  return [
    TITLE,
    app.config.server.publicUrl,
    `Account: ${publicKey}`,
    `Nonce: ${random}${macOf(app, challenge)}`,
    `Issued at: ${issuedAt.toISOString()}`,
    `Expires at: ${expiresAt.toISOString()}`,
  ].join('\n')
}

/** Null unless the text is, to the last byte, one that this gateway wrote. Whether its time is over is not looked at. */
export function readChallenge(app: Gateway, text: string): Challenge | null {
  const head = `${TITLE}\n${app.config.server.publicUrl}\n`
  const [, key = '', random = '', mac = '', issued = '', expires = ''] =
    LINES.exec(text.slice(head.length)) ?? []
  if (!text.startsWith(head) || random === '') return null
  const publicKey = keyOf(app, key)
  const challenge = publicKey && {
    publicKey,
    random,
    issuedAt: new Date(issued),
    expiresAt: new Date(expires),
  }
  return challenge && areTimes(challenge) && isMadeHere(app, challenge, mac) ? challenge : null
}

function isMadeHere(app: Gateway, challenge: Challenge, mac: string): boolean {
  return timingSafeEqual(Buffer.from(macOf(app, challenge), 'hex'), Buffer.from(mac, 'hex'))
}

function macOf({ config, identity }: Gateway, { publicKey, random, issuedAt, expiresAt }: Challenge): string {
  const fields = [config.server.publicUrl, publicKey, random, issuedAt.toISOString(), expiresAt.toISOString()]
  return createHmac('sha256', identity.secret('challenge')).update(JSON.stringify(fields)).digest('hex')
}

function areTimes({ issuedAt, expiresAt }: Challenge): boolean {
  return !Number.isNaN(issuedAt.getTime()) && !Number.isNaN(expiresAt.getTime())
}

function keyOf({ config }: Gateway, text: string): PublicKey | null {
  try {
    return parsePublicKey(text, config.deso.network)
  } catch {
    return null
  }
}
