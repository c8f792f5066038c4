/**
 * Ends this process by a signal that it would else hear of, without waiting for anything: an ordinary exit waits for LMDB's thread, which may wait for a
 * lock or the disk. For the store it is a crash, after which nothing acknowledged is missing.
 */
export function endAtOnce(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  // The first process of a container does not die of its own signals.
  process.abort()
}
