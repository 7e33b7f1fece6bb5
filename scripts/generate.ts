import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { generated } from './generated.ts'

for (const { path, print } of generated) {
  const file = new URL(`../${path}`, import.meta.url).pathname
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, print())
  console.log(path)
}
