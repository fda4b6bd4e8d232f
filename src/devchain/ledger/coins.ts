import type { CoinRows } from './coin-rows.js'

/** What coins of both kinds have in common. */

/** Changes what somebody holds; answers by how many there are more holders then: 1, 0 or -1. */
export function moveCoins(
  rows: CoinRows,
  creator: string,
  holder: string,
  change: bigint,
  height: number,
  hasPurchased = false,
): number {
  const before = rows.get(creator, holder)
  const amount = (before?.amount ?? 0n) + change
  rows.put({
    creator,
    holder,
    amount,
    hasPurchased: hasPurchased || (before?.hasPurchased ?? false),
    height,
  })
  return Number(amount > 0n) - Number((before?.amount ?? 0n) > 0n)
}

/** As Go prints a uint256: four words of 64 bits, the lowest first. */
export function goWords(value: bigint): string {
  const words = [0n, 64n, 128n, 192n].map((shift) => BigInt.asUintN(64, value >> shift))
  return `[${words.join(' ')}]`
}
