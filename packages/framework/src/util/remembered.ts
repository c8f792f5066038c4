/**
 * `work`, done once for each text: clients say the same over and over. Texts above `longest` characters are worked out each time, and with the `most`th
 * text all are forgotten. What is given is shared: nobody may change it.
 */
export function remembered<T extends object | string | undefined>(
  work: (text: string) => T,
  { most = 1000, longest = 512 } = {},
): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined) return found
    const made = work(text)
    if (text.length > longest) return made
    if (known.size >= most) known.clear()
    known.set(text, made)
    return made
  }
}
