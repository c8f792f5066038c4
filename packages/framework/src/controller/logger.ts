type Fields = Readonly<Record<string, unknown>>

/** Where a controller says what it does. A pino logger is one. */
export interface Logger {
  debug(fields: Fields, message: string): void
  info(fields: Fields, message: string): void
  error(fields: Fields, message: string): void
}

/** A logger whose lines say these things, too. */
export function withFields(logger: Logger, fields: Fields): Logger {
  return {
    debug: (more, message) => logger.debug({ ...fields, ...more }, message),
    info: (more, message) => logger.info({ ...fields, ...more }, message),
    error: (more, message) => logger.error({ ...fields, ...more }, message),
  }
}
