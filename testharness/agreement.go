package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

func registerYes(command *cobra.Command, yes *bool) {
	command.Flags().BoolVar(yes, "yes", false,
		"agree to what the plugin wants to be agreed to; without it that is asked at a terminal")
}

// answersFrom returns where a question is answered; nil when nobody can answer one.
func answersFrom(in io.Reader) io.Reader {
	if file, isFile := in.(*os.File); isFile && !isatty.IsTerminal(file.Fd()) {
		return nil
	}
	return in
}

// agreed reports whether the user agrees to the sentence. An empty one needs no agreement.
func (i invocation) agreed(sentence string, yes bool) bool {
	if sentence == "" || yes {
		return true
	}
	if i.answers == nil {
		return false
	}
	fmt.Fprintf(i.prompts, "%s [y/N] ", sentence)
	answer, _ := bufio.NewReader(i.answers).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}
