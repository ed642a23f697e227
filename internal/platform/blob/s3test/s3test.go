// SPDX-License-Identifier: EUPL-1.2

// Package s3test gives tests a bucket on a real S3-compatible server.
//
// The server is versitygw, which scripts/setup.sh builds into .tools/bin; it
// keeps its buckets in a folder of the test and goes when the test does. A test
// that cannot have it fails: it never skips.
package s3test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket is a bucket on a server of one's own.
type Bucket struct {
	Address   string // s3://bucket/prefix?endpoint=…, as --blobs takes it
	AccessKey string
	SecretKey string
	Folder    string // where the server keeps the bucket's objects as files
}

const (
	accessKey = "martinella-test"
	secretKey = "not-a-secret-0123456789"
	install   = `run "scripts/setup.sh test"`
)

// Start starts a server and makes a bucket; both go when the test ends.
func Start(t testing.TB) Bucket {
	t.Helper()
	dir := t.TempDir()
	address, err := serve(t, dir)
	if err != nil {
		t.Fatalf("no S3 server for this test: %v; %s", err, install)
	}
	client, err := minio.New(address, &minio.Options{Creds: credentials.NewStaticV4(accessKey, secretKey, "")})
	if err != nil {
		t.Fatal(err)
	}
	if err := client.MakeBucket(context.Background(), "files", minio.MakeBucketOptions{}); err != nil {
		t.Fatalf("making a bucket: %v", err)
	}
	return Bucket{Address: "s3://files/martinella?endpoint=" + url.QueryEscape("http://"+address), AccessKey: accessKey, SecretKey: secretKey, Folder: filepath.Join(dir, "files")}
}

func serve(t testing.TB, dir string) (address string, err error) {
	program, err := find()
	if err != nil {
		return "", err
	}
	for range 3 { // somebody else may take the port between our asking and its use
		address, err = freeAddress()
		if err == nil {
			err = launch(t, program, address, dir)
		}
		if err == nil {
			return address, nil
		}
	}
	return "", err
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func launch(t testing.TB, program, address, dir string) error {
	cmd := exec.Command(program, "--port", address, "--access", accessKey, "--secret", secretKey, "posix", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	t.Cleanup(func() { _ = errors.Join(cmd.Process.Kill(), cmd.Wait()) })
	return untilListening(out)
}

// untilListening reads the server's greeting, and on, so that it never waits for us.
func untilListening(out io.Reader) error {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "http://") {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return nil
		}
	}
	return fmt.Errorf("it ended before it listened (%w)", errors.Join(lines.Err(), io.ErrUnexpectedEOF))
}

// find looks for the program from the package folder a test runs in.
func find() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, ".tools", "bin", "versitygw")
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New(".tools/bin/versitygw is not above this folder")
		}
	}
}
