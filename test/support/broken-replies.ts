import { answer, cut, hang, json, type Reply, reset, stall } from './scripted-server.js'

/** Every way in which a node fails to answer, and the words for it. */
export const BROKEN_REPLIES: readonly [name: string, reply: Reply, message: string][] = [
  ['hangs', hang, `The DeSo node did not answer within`],
  ['sends half an answer, then hangs', stall('{"Height":'), 'The DeSo node did not answer within'],
  ['resets the connection', reset, 'The connection to the DeSo node failed.'],
  ['is cut off in the middle', cut('{"Height":1'), 'The connection to the DeSo node failed.'],
  [
    'answers half a JSON',
    answer(200, 'application/json', '{"Height":1'),
    'The DeSo node answered broken JSON.',
  ],
  ['answers an empty 200', answer(200, 'application/json', ''), 'The DeSo node answered broken JSON.'],
  [
    'answers 500 without JSON',
    answer(500, 'text/plain', 'oops'),
    'The DeSo node gave no usable answer (HTTP 500).',
  ],
  [
    'answers 500 with JSON that names no rule',
    answer(500, 'application/json', '{"error":"GetUserAssociations: problem getting UTXO view"}'),
    'The DeSo node gave no usable answer (HTTP 500).',
  ],
  [
    'answers an HTML 502',
    answer(502, 'text/html', '<html>'),
    'The DeSo node gave no usable answer (HTTP 502).',
  ],
  [
    'answers HTML with status 200',
    answer(200, 'text/html', '<html>'),
    'The DeSo node answered something else than JSON.',
  ],
  [
    'answers JSON of another content type',
    answer(200, 'text/plain', '{"Height":1}'),
    'The DeSo node answered something else than JSON.',
  ],
  [
    'redirects',
    (response) => response.writeHead(301, { location: '/elsewhere' }).end(),
    'The DeSo node gave no usable answer (HTTP 301).',
  ],
  [
    'is stopping',
    json({ error: 'X: PosMempool.GetAugmentedUniversalView: : MempoolErrorNotRunning' }, 400),
    'The DeSo node gave no usable answer (HTTP 400).',
  ],
  [
    'answers too much',
    answer(200, 'application/json', `{"Height":1,"x":"${'y'.repeat(1_000_000)}"}`),
    'The DeSo node answered more than 1000000 bytes.',
  ],
  [
    'answers another shape',
    json({ Height: '1' }),
    'The DeSo node answered nonsense: Height is not a number.',
  ],
  ['answers null', json(null), 'The DeSo node answered nonsense: the answer is not an object.'],
  [
    'answers a JSON too deep to parse',
    answer(200, 'application/json', `${'['.repeat(200_000)}1234567890123456`),
    'The DeSo node answered broken JSON.',
  ],
]
