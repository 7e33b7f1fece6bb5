import type { Row, Target } from './row.ts'
import { bytes, idle, messages, ofNginx, roundTrips, setUp, wordsOf } from './row-builders.ts'
import { special } from './special-rows.ts'

const down: readonly Target[] = [ofNginx(0.4), { ratio: 0.9, to: 'nginx-64k' }]

export const rows: readonly Row[] = [
  setUp('setup-plain', wordsOf('imap'), 'imap', 1.1, { quick: true }),
  setUp('setup-tls', `${wordsOf('imaps')} 1.3 full`, 'imaps', 1.15, { quick: true }),
  setUp('setup-resumed', `${wordsOf('imaps')} resumed`, 'imaps', 1.1),
  setUp('setup-apart', `${wordsOf('apart')}, a connection for each question`, 'apart', 0, {
    against: 'setup-plain',
  }),
  setUp('setup-passing', `${wordsOf('passing')}, passing through`, 'passing', 0, {
    against: 'setup-plain',
  }),
  setUp('setup-passing-tls', `${wordsOf('passing-tls')}, passing through`, 'passing-tls', 0, {
    against: 'setup-tls',
  }),
  setUp('setup-pop3', wordsOf('pop3'), 'pop3', 1.1, { others: false }),
  setUp('setup-pop3-tls', `${wordsOf('pop3s')} 1.3 full`, 'pop3s', 1.15, { others: false }),
  setUp('setup-smtp', wordsOf('smtp'), 'smtp', 1.1, { others: false }),
  setUp('setup-smtp-tls', `${wordsOf('smtps')} 1.3 full`, 'smtps', 1.15, { others: false }),
  bytes('down', 'imap', 1, down, true),
  bytes('up', 'imap', 1, [ofNginx(0.55)], true),
  bytes('down', 'imaps', 1, [ofNginx(0.55)], true),
  bytes('up', 'imaps', 1, []),
  bytes('down', 'imap', 32, down),
  bytes('up', 'imap', 32, [ofNginx(0.55)]),
  bytes('down', 'imaps', 32, [ofNginx(0.55)]),
  bytes('up', 'imaps', 32, []),
  roundTrips('imap', 64, true),
  roundTrips('imap', 1_000),
  roundTrips('imaps', 64),
  roundTrips('imaps', 1_000),
  messages('smtp-2k', '2 KiB', 2_048, 'small'),
  messages('smtp-1m', '1 MiB', 2 ** 20, 'large'),
  idle('imap', 0.8),
  idle('imaps', 1.6),
  ...special,
]
