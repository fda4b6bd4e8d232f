/** The keys that may change a testnet's parameters (core lib/constants.go). Here, too. */
export const PARAM_UPDATER_KEYS = [
  'tBCKUxnzpfrreJQz5c65jjTgGRQgUErrPdw3qG5jGyJMeKBAP97qBY',
  'tBCKUz8Zk92BJZMuFN3uX9bS2FttgoaJf19cEB8pXMjUoRKtTmnBiQ',
  'tBCKVERmG9nZpHTk2AVPqknWc1Mw9HHAnqrTpW1RnXpXMQ4PsQgnmV',
  'tBCKVSRdjDvvJkhvBu7kacXKRBdRSftEyu6f53AWEuUfNjZYRfskdn',
  'tBCKXHRsaHLVvETNfhkTyKFPC6yUXdwoqe98FByr81dzVSB1vhsw58',
  'tBCKYM1F5Fj6ohHR4y5uFaDZF1dkjWvomBW3YBJN3U4aQUmugiBypg',
] as const
