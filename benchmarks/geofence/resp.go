package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// A reply is one value of the protocol of Redis, which Tile38 speaks: a text (also
// for a number) or a list.
type reply struct {
	text string
	list []reply
}

func writeCommand(w *bufio.Writer, words ...string) {
	_, _ = fmt.Fprintf(w, "*%d\r\n", len(words)) // the error stays until Flush
	for _, word := range words {
		_, _ = fmt.Fprintf(w, "$%d\r\n%s\r\n", len(word), word)
	}
}

// readReply reads one value; an error that the server answers is an error.
func readReply(r *bufio.Reader) (reply, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return reply{}, err
	}
	if len(line) < 3 || line[len(line)-2] != '\r' {
		return reply{}, fmt.Errorf("not a reply: %q", line)
	}
	kind, rest := line[0], line[1:len(line)-2]
	switch kind {
	case '+', ':':
		return reply{text: rest}, nil
	case '-':
		return reply{}, errors.New(rest)
	}
	n, err := strconv.Atoi(rest)
	if err != nil || kind != '$' && kind != '*' {
		return reply{}, fmt.Errorf("not a reply: %q", line)
	}
	if kind == '$' {
		return readText(r, n)
	}
	var out reply
	for range n {
		v, err := readReply(r)
		if err != nil {
			return reply{}, err
		}
		out.list = append(out.list, v)
	}
	return out, nil
}

func readText(r *bufio.Reader, n int) (reply, error) {
	if n < 0 { // none
		return reply{}, nil
	}
	text := make([]byte, n+2)
	_, err := io.ReadFull(r, text)
	return reply{text: string(text[:n])}, err
}
