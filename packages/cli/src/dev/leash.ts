// Ends the process into which it is loaded with the one that started it: nobody is left who could stop it, or reads what it says.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.channel?.unref()
