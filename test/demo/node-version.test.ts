import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

/** What the demo says, and the status that it ends with, on a Node that says it is of that version. */
function help(version: string) {
  const claim = `Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`
  const program = new URL('../../src/bin/demo.js', import.meta.url).pathname
  const argv = ['--import', `data:text/javascript,${claim}`, program, '--help']
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a Node below 26 says in one line which one is needed, and ends with 1', () => {
  for (const version of ['9.11.2', '25.9.0']) {
    const stderr = `postern needs Node.js 26 or newer, this is ${version}: npm start brings its own\n`
    assert.deepEqual(help(version), { status: 1, stdout: '', stderr })
  }
})

test('Node 26 and newer run the demo, which says its flags when asked', () => {
  for (const version of ['26.0.0', '100.0.0']) {
    const { status, stdout, stderr } = help(version)
    assert.match(stdout, /^usage: npm start -- .*--port-offset N/)
    assert.deepEqual([status, stderr], [0, ''])
  }
})
