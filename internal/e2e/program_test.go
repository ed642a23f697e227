// SPDX-License-Identifier: EUPL-1.2

package e2e

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"martinella/internal/platform/db"
)

// installation is a data folder and an address, with the program run on them
// as a person runs it. Nothing is fetched from the network.
type installation struct {
	t       *testing.T
	program string // the binary that runs
	data    string
	dsn     string // of its database
	listen  string
	base    string
	options []string
}

func install(t *testing.T, options ...string) *installation {
	t.Helper()
	listen := freeAddress(t)
	data := filepath.Join(t.TempDir(), "data")
	return &installation{t: t, program: binary, data: data, dsn: filepath.Join(data, "martinella.db"), listen: listen, base: "http://" + listen, options: append([]string{
		"--data", data, "--listen", listen, "--feed-fetch=false", "--name", "CSIRT Toscana", "--owner-name", "Regione Toscana",
		"--contact-email", "csirt@csirt.example", "--contact-phone", "+39 055 0000000",
	}, options...)}
}

// freeAddress is one where nothing listens at the moment. Port 0 would not do:
// mails hold links to where the portal will be.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// result is how a command ended.
type result struct {
	code           int
	stdout, stderr string
	memory         int64 // the most it had, in bytes
}

func (r result) String() string {
	return fmt.Sprintf("exit %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
}

// try runs a command to its end.
func (i *installation) try(stdin io.Reader, args ...string) result {
	i.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(i.t.Context(), i.program, i.with(args)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		i.t.Fatalf("martinella %q: %v", args, err)
	}
	return result{code: cmd.ProcessState.ExitCode(), stdout: out.String(), stderr: errs.String(), memory: maxMemory(cmd.ProcessState.SysUsage())}
}

// run runs a command that must succeed and gives what it printed.
func (i *installation) run(args ...string) string {
	i.t.Helper()
	r := i.try(nil, args...)
	if r.code != 0 {
		i.t.Fatalf("martinella %q: %v", args, r)
	}
	return r.stdout
}

// with adds the installation's options after the command and what it takes.
func (i *installation) with(args []string) []string {
	return append(append([]string{}, args...), i.options...)
}

// count asks the installation's database for one number.
func (i *installation) count(query string, args ...any) (n int) {
	i.t.Helper()
	i.look(func(d *db.DB) error { return d.QueryRow(i.t.Context(), query, args...).Scan(&n) })
	return n
}

// list asks the installation's database for one column.
func (i *installation) list(query string, args ...any) (out []string) {
	i.t.Helper()
	i.look(func(d *db.DB) error {
		rows, err := d.Query(i.t.Context(), query, args...)
		out, err = db.Collect(rows, err, func(r *sql.Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	return out
}

// watch gives a way to ask often, on one open database.
func (i *installation) watch(f func(count func(query string) int)) {
	i.t.Helper()
	i.look(func(d *db.DB) error {
		f(func(query string) (n int) {
			if err := d.QueryRow(i.t.Context(), query).Scan(&n); err != nil {
				i.t.Fatal(err)
			}
			return n
		})
		return nil
	})
}

// look opens the database beside the program that uses it.
func (i *installation) look(f func(*db.DB) error) {
	i.t.Helper()
	d, err := db.Open(i.t.Context(), i.dsn)
	if err != nil {
		i.t.Fatal(err)
	}
	if err := errors.Join(f(d), d.Close()); err != nil {
		i.t.Fatal(err)
	}
}

// process is a command that runs on.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines chan string // of stdout; closed at its end
	errs  *bytes.Buffer
	said  strings.Builder
}

// start begins a command without waiting for its end.
func (i *installation) start(args ...string) *process {
	i.t.Helper()
	p := &process{t: i.t, cmd: exec.Command(i.program, i.with(args)...), lines: make(chan string, 1000), errs: &bytes.Buffer{}}
	p.cmd.Stderr = p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		i.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		i.t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	i.t.Cleanup(p.stop)
	return p
}

// serve starts the portal and waits until it says that it is ready.
func (i *installation) serve(args ...string) *process {
	i.t.Helper()
	p := i.start(append([]string{"serve"}, args...)...)
	p.waitFor("is ready")
	return p
}

// patience is how long a test waits for the program.
const patience = time.Minute

// waitFor waits for a line of stdout that holds text and gives everything said until then.
func (p *process) waitFor(text string) string {
	p.t.Helper()
	late := time.After(patience)
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				p.stop()
				p.t.Fatalf("%q ended without saying %q\nstdout: %s\nstderr: %s", p.cmd.Args, text, p.said.String(), p.errs)
			}
			fmt.Fprintln(&p.said, line)
			if strings.Contains(line, text) {
				return p.said.String()
			}
		case <-late:
			p.t.Fatalf("%q does not say %q\nstdout: %s", p.cmd.Args, text, p.said.String())
		}
	}
}

// stop asks the program to end, as systemd does, and waits for it. An end with
// an error fails the test.
func (p *process) stop() {
	p.t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	if err := p.wait(); err != nil {
		p.t.Errorf("%q ended with %v\nstderr: %s", p.cmd.Args[:2], err, p.errs)
	}
	if text := p.errs.String(); strings.Contains(text, "panic") || strings.Contains(text, "level=ERROR") {
		p.t.Errorf("%q had errors:\n%s", p.cmd.Args[:2], text)
	}
}

// kill ends the program as a power cut does.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Fatal(err)
	}
	_ = p.wait()
}

// wait reads what is still said, so that the program is not blocked, and waits for the end.
func (p *process) wait() error {
	for line := range p.lines {
		fmt.Fprintln(&p.said, line)
	}
	return p.cmd.Wait()
}

// absolute gives the whole path of a file beside the tests.
func absolute(t *testing.T, path string) string {
	t.Helper()
	whole, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}
