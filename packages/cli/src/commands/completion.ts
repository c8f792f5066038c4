import type { CommandModule } from 'yargs'

/** Each asks the program itself, which knows its commands and flags. */
const scripts = {
  bash: `# apiserver-kit completion bash >> ~/.bashrc
_apiserver_kit() {
  local words
  words=$(apiserver-kit --get-yargs-completions "\${COMP_WORDS[@]:0:COMP_CWORD+1}" 2>/dev/null)
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _apiserver_kit apiserver-kit
`,
  zsh: `#compdef apiserver-kit
# apiserver-kit completion zsh > "\${fpath[1]}/_apiserver-kit"
_apiserver_kit() {
  local -a words_
  words_=("\${(@f)$(SHELL=/bin/bash apiserver-kit --get-yargs-completions "\${words[@]:0:$CURRENT}" 2>/dev/null)}")
  compadd -- "\${words_[@]}"
}
compdef _apiserver_kit apiserver-kit
`,
  fish: `# apiserver-kit completion fish > ~/.config/fish/completions/apiserver-kit.fish
function __apiserver_kit
  SHELL=/bin/bash apiserver-kit --get-yargs-completions (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c apiserver-kit -f -a '(__apiserver_kit)'
`,
} as const

export const completion: CommandModule<object, { shell: keyof typeof scripts }> = {
  command: 'completion <shell>',
  describe: 'Prints a script by which a shell completes commands and flags',
  builder: (yargs) =>
    yargs.positional('shell', {
      choices: ['bash', 'zsh', 'fish'] as const,
      demandOption: true,
      describe: 'the script says where it goes',
    }),
  handler: ({ shell }) => {
    process.stdout.write(scripts[shell])
  },
}
