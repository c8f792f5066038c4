const truths: readonly string[] = ['1', 't', 'T', 'TRUE', 'true', 'True']
const browsers = /^(?:curl|Wget|Mozilla\/5\.0)/

/** Whether the answer is indented: by the query where it says anything, else for people at a terminal or a browser. */
export function wantsPretty(query: string | null, userAgent: string | undefined): boolean {
  if (query !== null && query !== '') return truths.includes(query)
  return userAgent !== undefined && browsers.test(userAgent)
}
