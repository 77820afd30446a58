package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// A console is where a command is run.
type console struct {
	in       io.Reader
	out, err io.Writer
}

var errDeclined = errors.New("nothing was written")

// confirm asks on a terminal, unless yes is set. What is piped in is no answer to
// what is shown: it was there before.
func confirm(ctx context.Context, in io.Reader, out io.Writer, question string, yes bool) error {
	if yes {
		return nil
	}
	f, ok := in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return fmt.Errorf("%w, since there is no terminal to ask on: look at the difference above and add --yes", errDeclined)
	}
	return ask(ctx, f, out, question)
}

// ask waits for an answer, or until ctx is done.
func ask(ctx context.Context, in io.Reader, out io.Writer, question string) error {
	if _, err := fmt.Fprintf(out, "%s [y/N] ", question); err != nil {
		return err
	}
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(in).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return errDeclined
	case text := <-answer:
		if text == "y" || text == "yes" {
			return nil
		}
		return errDeclined
	}
}
