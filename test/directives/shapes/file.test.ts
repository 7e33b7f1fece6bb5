import assert from 'node:assert/strict'
import { test } from 'node:test'
import { file, maxPath } from '../../../src/directives/shapes/file.ts'
import { word } from '../../../src/directives/tree.ts'
import { listening } from '../scope.ts'

function read(text: string, against: 'besideConfig' | 'underPrefix') {
  const { scope, faults } = listening()
  return { value: file(against).parse([word(text)], scope, 'pid'), faults }
}

test('a relative name stands beside the main file, or under the prefix', () => {
  assert.equal(read('a/b', 'besideConfig').value, '/etc/postern/a/b')
  assert.equal(read('a/b', 'underPrefix').value, '/var/a/b')
  assert.equal(read('/a', 'underPrefix').value, '/a')
})

for (const text of ['', 'a\0b', 'a\nb', '\ud800', 'x'.repeat(maxPath + 1)]) {
  test(`${JSON.stringify(text.slice(0, 9))} is no name of a file`, () => {
    const { value, faults } = read(text, 'besideConfig')
    assert.equal(value, undefined)
    assert.match(faults.join(), /"pid" must be the name of a file/)
  })
}
