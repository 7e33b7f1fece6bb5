/** Debian's nginx with its mail module, in a folder of the suite's own. */
import { type Part, type Running, start, untilUp } from './programs.ts'

const module = '/usr/lib/nginx/modules/ngx_mail_module.so'

export const nginxParts: readonly Part[] = [
  { file: 'nginx', package: 'nginx' },
  { file: module, package: 'libnginx-mod-mail' },
]

/** The main context in front of a `mail` block: one worker, in the foreground, heard on stderr. */
export const nginxMain = `
load_module ${module};
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr info;
events {
  worker_connections 2000;
}
`

/** Starts it on `file`; its prefix is `folder`. The word of a worker is what shows that it listens. */
export async function startNginx(folder: string, file: string): Promise<Running> {
  const nginx = start('nginx', ['-p', folder, '-c', file, '-e', 'stderr'])
  await untilUp('nginx', nginx, () => nginx.output().includes('start worker process '))
  return nginx
}
