/** Text for shells to read. Each is a whole file of its own language. */

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Asks `lever complete` at each press of the key: it knows what is taught now. */
export const COMPLETION: Readonly<Record<Shell, string>> = {
  bash: `# eval "$(lever completion bash)"
_lever() {
  local word text quote= words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    word=\${word#[\\"\\']} word=\${word%[\\"\\']}
    words+=("\${word//\\\\/}")
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  case $word in
    [\\"\\']*) quote=\${word:0:1} word=\${word:1} ;;
    *) word=\${word//\\\\/} ;;
  esac
  COMPREPLY=()
  while IFS=$'\\t' read -r text _; do
    # Inside quotes the text stands as it is; elsewhere it stays one word.
    [ -n "$quote" ] || printf -v text %q "$text"
    COMPREPLY+=("$text")
  done < <(lever complete -- "\${words[@]}" "$word" 2>/dev/null)
  [ \${#COMPREPLY[@]} -gt 0 ] || compopt -o default 2>/dev/null
}
complete -F _lever lever lever-runner
`,
  zsh: `#compdef lever lever-runner
# eval "$(lever completion zsh)", after compinit
_lever() {
  local line
  local -a texts abouts
  # The prefix is the word without the quote that it may begin with.
  lever complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null | while IFS= read -r line; do
    texts+=("\${line%%$'\\t'*}")
    abouts+=("\${line/$'\\t'/  -- }")
  done
  if (( \${#texts} == 0 )); then _files; return; fi
  compadd -l -d abouts -a texts
}
compdef _lever lever lever-runner
`,
  fish: `# lever completion fish | source
function __lever_complete
    set -l typed (commandline -opc)
    set -l word (commandline -ct)
    # A word whose quote is still open cannot be read as it is.
    if string match -qr '^["\\']' -- $word
        set word (string sub -s 2 -- $word)
    else
        set word (string unescape -- $word)
    end
    lever complete -- $typed[2..-1] "$word" 2>/dev/null
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
  # What is said or asked stands above; the line is drawn anew below it.
  zle -I
  if line=$(lever expand -- "$BUFFER" </dev/tty); then
    BUFFER=$line
    CURSOR=\${#BUFFER}
  fi
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
