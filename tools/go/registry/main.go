// An OCI registry on loopback, for tests: distribution's own handlers, configured on stdin as its binary is by a file.
// Prints the address that it listens on. Ends with its stdin, so that it does not outlive who started it.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"github.com/distribution/distribution/v3/configuration"
	_ "github.com/distribution/distribution/v3/registry/auth/htpasswd"
	_ "github.com/distribution/distribution/v3/registry/auth/token"
	"github.com/distribution/distribution/v3/registry/handlers"
	_ "github.com/distribution/distribution/v3/registry/storage/driver/inmemory"
)

// The line that ends the configuration.
const end = "---"

func main() {
	input := bufio.NewReader(os.Stdin)
	config, err := configuration.Parse(readConfig(input))
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	server := &http.Server{Handler: handlers.NewApp(context.Background(), config)}
	go func() {
		_, _ = io.Copy(io.Discard, input)
		os.Exit(0)
	}()
	if tls := config.HTTP.TLS; tls.Certificate != "" {
		log.Fatal(server.ServeTLS(listener, tls.Certificate, tls.Key))
	}
	log.Fatal(server.Serve(listener))
}

func readConfig(input *bufio.Reader) io.Reader {
	var config bytes.Buffer
	for {
		line, err := input.ReadString('\n')
		if err != nil || line == end+"\n" {
			return &config
		}
		config.WriteString(line)
	}
}
