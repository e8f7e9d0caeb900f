// An S3 server on loopback, for tests: Versity's gateway over a folder, in which each bucket is a folder.
// Arguments: address, folder of the buckets, folder of their metadata. Keys: S3_ACCESS_KEY, S3_SECRET_KEY.
// Says "ready" when it listens. Ends with its stdin, so that it does not outlive who started it.
package main

import (
	"fmt"
	"io"
	"log"
	"os"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
)

const (
	region      = "us-east-1"
	concurrency = 1000
)

func main() {
	address, buckets, metadata := os.Args[1], os.Args[2], os.Args[3]
	root := auth.Account{
		Access: os.Getenv("S3_ACCESS_KEY"),
		Secret: os.Getenv("S3_SECRET_KEY"),
		Role:   auth.RoleAdmin,
	}
	sidecar, err := meta.NewSideCar(metadata)
	if err != nil {
		log.Fatal(err)
	}
	backend, err := posix.New(buckets, sidecar, posix.PosixOpts{SideCarDir: metadata, Concurrency: concurrency})
	if err != nil {
		log.Fatal(err)
	}
	server, err := s3api.New(
		backend,
		middlewares.RootUserConfig{Access: root.Access, Secret: root.Secret},
		region,
		auth.NewIAMServiceSingle(root),
		nil, nil, nil, nil,
		s3api.WithQuiet(),
		s3api.WithConcurrencyLimiter(concurrency, concurrency),
		s3api.WithOnListen(func() { fmt.Println("ready") }),
	)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(server.ServeMultiPort([]string{address}))
}
