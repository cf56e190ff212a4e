// Reads one JSON string per line and answers each with what github.com/distribution/reference makes of it.
package main

import (
	"bufio"
	_ "crypto/sha256" // go-digest knows an algorithm only where it is linked in
	_ "crypto/sha512"
	"encoding/json"
	"fmt"
	"os"

	"github.com/distribution/reference"
)

type answer struct {
	OK     bool    `json:"ok"`
	Host   string  `json:"host"`
	Path   string  `json:"path"`
	Tag    *string `json:"tag"`
	Digest *string `json:"digest"`
	// What containerd's CRI plugin pulls; empty where ParseDockerRef refuses the text.
	Pulled string `json:"pulled"`
	// Whether ParseAnyReference takes the text for the ID of a local image.
	IsID bool `json:"isId"`
}

func parse(text string) answer {
	var found answer
	if any, err := reference.ParseAnyReference(text); err == nil {
		_, isNamed := any.(reference.Named)
		found.IsID = !isNamed
	}
	if pulled, err := reference.ParseDockerRef(text); err == nil {
		found.Pulled = pulled.String()
	}
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return found
	}
	found.OK = true
	found.Host = reference.Domain(named)
	found.Path = reference.Path(named)
	if tagged, ok := named.(reference.Tagged); ok {
		tag := tagged.Tag()
		found.Tag = &tag
	}
	if digested, ok := named.(reference.Digested); ok {
		digest := digested.Digest().String()
		found.Digest = &digest
	}
	return found
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var text string
		if err := decoder.Decode(&text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := encoder.Encode(parse(text)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
