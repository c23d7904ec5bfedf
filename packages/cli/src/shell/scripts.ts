/** Text for shells to read. Each is a whole file of its own language. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Asks `lever complete` at each press of the key: it knows what is taught now. */
export const COMPLETION: Readonly<Record<Shell, string>> = {
  bash: `# eval "$(lever completion bash)"
_lever() {
  local IFS=$'\\n'
  COMPREPLY=($(lever complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
  # Words with spaces are completed inside the quotes that are open already.
  [ \${#COMPREPLY[@]} -gt 0 ] || compopt -o default 2>/dev/null
}
complete -F _lever lever lever-runner
`,
  zsh: `#compdef lever lever-runner
# eval "$(lever completion zsh)", after compinit
_lever() {
  local -a lines texts abouts
  lines=("\${(@f)$(lever complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  lines=(\${lines:#})
  if (( \${#lines} == 0 )); then _files; return; fi
  texts=("\${lines[@]%%$'\\t'*}")
  abouts=("\${lines[@]//$'\\t'/  -- }")
  compadd -d abouts -a texts
}
compdef _lever lever lever-runner
`,
  fish: `# lever completion fish | source
function __lever_complete
    set -l words (commandline -opc)
    lever complete -- $words[2..-1] (commandline -ct | string unescape) 2>/dev/null
end
complete -c lever -f -a '(__lever_complete)'
complete -c lever-runner -f -a '(__lever_complete)'
`,
};

/** Ctrl-g takes the line as a request and puts the command on the prompt in its place, to be edited, run, and kept in history. */
export const WIDGET: Readonly<Record<Shell, string>> = {
  bash: `# eval "$(lever init bash)"
__lever_widget() {
  [ -n "$READLINE_LINE" ] || return
  local line
  if line=$(lever expand -- "$READLINE_LINE"); then
    READLINE_LINE=$line
    READLINE_POINT=\${#line}
  fi
}
bind -x '"\\C-g": __lever_widget'
`,
  zsh: `# eval "$(lever init zsh)"
__lever_widget() {
  [[ -n $BUFFER ]] || return
  local line
  zle -I
  if line=$(lever expand -- "$BUFFER" </dev/tty); then
    BUFFER=$line
    CURSOR=\${#BUFFER}
  fi
  zle reset-prompt
}
zle -N __lever_widget
bindkey '^g' __lever_widget
`,
  fish: `# lever init fish | source
function __lever_widget
    set -l words (commandline)
    test -n "$words"; or return
    if set -l line (lever expand -- "$words" </dev/tty | string collect)
        commandline -r -- $line
    end
    commandline -f repaint
end
bind \\cg __lever_widget
bind -M insert \\cg __lever_widget 2>/dev/null
`,
};
