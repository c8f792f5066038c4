/** Conversations that do not pass yet, by set and name, each with its reason. The test fails when one of them passes, and when another fails. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  wardle: {},
  widgets: {},
}
