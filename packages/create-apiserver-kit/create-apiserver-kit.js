#!/usr/bin/env node
// `npm create apiserver-kit my-api -- --domain example.com` is `apiserver-kit init --directory my-api --domain example.com`.
const given = process.argv.slice(2)
const named = given[0] !== undefined && !given[0].startsWith('-')
process.argv = [...process.argv.slice(0, 2), 'init', ...(named ? ['--directory', ...given] : given)]
await import('@apiserver-kit/cli/bin/apiserver-kit.js')
