import { expect, test } from 'vitest'
import { publicKeyOf } from '../deso/keys.js'
import { deriveKeys, devAccounts } from './accounts.js'
import { toHex } from './go/hex.js'
import { keyText } from './wire/base58-check.js'

test('keys are derived as DeSo derives the key of its developers', () => {
  // Mnemonic and key stand in DeSo's own code base, and in the recordings.
  const [first] = deriveKeys('verb find card ship another until version devote guilt strong lemon six', 1)
  expect(keyText(toHex(publicKeyOf(first?.privateKey ?? new Uint8Array())))).toBe(
    'tBCKVERmG9nZpHTk2AVPqknWc1Mw9HHAnqrTpW1RnXpXMQ4PsQgnmV',
  )
  expect(first?.path).toBe("m/44'/0'/0'/0/0")
})

test('the ten accounts are always the same', () => {
  const accounts = devAccounts()
  expect(accounts.map(({ name }) => name)).toEqual([
    'alice',
    'bob',
    'carol',
    'dave',
    'erin',
    'frank',
    'grace',
    'heidi',
    'ivan',
    'judy',
  ])
  expect(accounts[0]).toEqual({
    name: 'alice',
    account: '02c29ab360da10dbcfe26000e13232911bcedc83bfd4c758ad7eaaed5f5ef8ebca',
    seedHex: 'a045856d22c976c7df794ac150a140b946ca1d4e52cc51abe64919bd158c61bf',
    mnemonic: 'test test test test test test test test test test test junk',
    path: "m/44'/0'/0'/0/0",
  })
})
