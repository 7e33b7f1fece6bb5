/** `-t` of both on configurations that are not right, and on some that only look so. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { testConfig } from '../../src/bin/relay-check.ts'
import { makeAuthority } from '../support/certificates.ts'
import { ffdhe2048 } from '../support/dh-parameters.ts'
import { nginxMain, nginxParts } from '../support/nginx.ts'
import { requireParts, run } from '../support/programs.ts'
import { differences, taken } from './accepted.ts'
import { type Place, refusals } from './refusals.ts'

const folder = mkdtempSync(join(tmpdir(), 'postern-refusals-'))
after(() => rmSync(folder, { recursive: true }))
const files: Record<string, string> = {}
before(async () => {
  requireParts(nginxParts)
  const authority = await makeAuthority()
  const [one, other] = [await authority.issue(['mail.example.com']), await authority.issue(['x'])]
  files['ca.crt'] = authority.certificate
  files['mail.crt'] = one.certificate
  files['mail.key'] = one.key
  files['other.key'] = other.key
  files['dh.pem'] = ffdhe2048
})

/** Everything around what is said is right. */
const around: Readonly<Record<Place, (said: string) => string>> = {
  main: said => said,
  mail: said => `mail {
auth_http 127.0.0.1:1/;
server { listen 127.0.0.1:2143; protocol imap; }
${said}
}`,
  server: said => `mail {
auth_http 127.0.0.1:1/;
server {
listen 127.0.0.1:2143; protocol imap;
${said}
}
}`,
  listen: said => `mail {
auth_http 127.0.0.1:1/;
server {
listen ${said}; protocol imap;
}
}`,
}

interface Verdict {
  readonly refused: boolean
  readonly text: string
  /** The lines that faults are told of. */
  readonly lines: readonly number[]
}

let texts = 0

async function both(place: Place, said: string) {
  texts++
  const own = join(folder, `${texts}`)
  const file = join(own, 'nginx.conf')
  mkdirSync(own)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(own, name), content)
  writeFileSync(file, `${nginxMain}${around[place](said)}\n`)
  const [nginx, postern] = await Promise.all([byNginx(own, file), byPostern(own, file)])
  return { nginx, postern }
}

async function byNginx(prefix: string, file: string): Promise<Verdict> {
  const { code, stderr } = await run('nginx', ['-t', '-p', prefix, '-c', file, '-e', 'stderr'])
  const told = stderr.split('\n').filter(line => line.includes('[emerg]'))
  const lines = told.flatMap(line => Number(/nginx\.conf:(\d+)$/.exec(line)?.[1] ?? []))
  return { refused: code !== 0, text: told.join('\n'), lines }
}

async function byPostern(prefix: string, file: string): Promise<Verdict> {
  const { error = '', status } = await testConfig(file, { prefix })
  const lines = error.matchAll(/nginx\.conf:(\d+):\d+: /g).map(([, line]) => Number(line))
  return { refused: status !== 0, text: error, lines: [...lines] }
}

const places: readonly Place[] = ['main', 'mail', 'server', 'listen']
const shown = (said: string): string => said.replaceAll(/\s+/g, ' ')

suite('configurations that are not right', { concurrency: 8 }, () => {
  for (const place of places) {
    for (const [said, names, line] of refusals[place]) {
      test(`${place}: ${shown(said)} is refused by both, and ${names} is named`, async () => {
        const { nginx, postern } = await both(place, said)
        assert.ok(nginx.refused, 'by nginx')
        assert.ok(postern.refused, 'by Postern')
        assert.ok(nginx.text.includes(names), nginx.text)
        assert.ok(postern.text.includes(names), postern.text)
        if (line === '?') assert.ok(postern.lines.length > 0)
        else assert.deepEqual([postern.lines[0]], nginx.lines, `${nginx.text}\n${postern.text}`)
      })
    }
  }

  test('a block that is not closed: nginx tells the end of the file, Postern where it begins', async () => {
    const { nginx, postern } = await both('main', 'mail {\nauth_http 127.0.0.1:1/;')
    assert.match(nginx.text, /unexpected end of file, expecting "}"/)
    assert.match(postern.text, /unexpected end of file, this "\{" is not closed by "}"/)
    assert.equal(nginx.lines[0], (postern.lines[0] ?? 0) + 2)
  })

  test('nginx tells one fault at a time, Postern all', async () => {
    const { nginx, postern } = await both('server', 'timeout x;\nstarttls maybe;\nfoo;')
    assert.equal(nginx.lines.length, 1)
    assert.equal(postern.lines.length, 3)
  })
})

suite('configurations that only look wrong', { concurrency: 8 }, () => {
  for (const place of places) {
    for (const said of taken[place]) {
      test(`${place}: ${shown(said)} is taken by both`, async () => {
        const { nginx, postern } = await both(place, said)
        assert.equal(nginx.text, '')
        assert.equal(postern.text, '')
      })
    }
  }
})

suite('configurations that one of the two takes', { concurrency: 8 }, () => {
  for (const { place, said, takenBy, why } of differences) {
    test(`${place}: ${said} is taken by ${takenBy} alone: ${why}`, async () => {
      const { nginx, postern } = await both(place, said)
      assert.deepEqual(
        { nginx: !nginx.refused, postern: !postern.refused },
        { nginx: takenBy === 'nginx', postern: takenBy === 'postern' },
        `${nginx.text}\n${postern.text}`,
      )
    })
  }
})

test('no configuration stands in two tables', () => {
  const all = [
    ...places.flatMap(place => refusals[place].map(([said]) => `${place} ${said}`)),
    ...places.flatMap(place => taken[place].map(said => `${place} ${said}`)),
    ...differences.map(({ place, said }) => `${place} ${said}`),
  ]
  assert.deepEqual([...new Set(all)], all)
})
