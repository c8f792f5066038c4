import type { InitializeHook, ResolveHook } from 'node:module'

/** How often the program was loaded, in the URL of each of its modules. */
export const generation = 'generation'

let directory = ''

/** `directory` is a URL that ends in `/`. */
export const initialize: InitializeHook<{ directory: string }> = (data) => {
  directory = data.directory
}

/** What a module of the project imports of the project is as new as that module; packages are loaded once. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  const asked = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(generation)
  const isOwn = resolved.url.startsWith(directory) && !resolved.url.includes('/node_modules/')
  if (asked === null || !isOwn) return resolved
  const url = new URL(resolved.url)
  url.searchParams.set(generation, asked)
  return { ...resolved, url: url.href }
}
