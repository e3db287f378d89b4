package process

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"github.com/smtp-settings/smtp-settings/shared/manifest"
)

// program is what is run for a plugin: the binary, or with a checksum the very bytes that have it.
type program struct {
	path string
	// file is what path leads to by way of its descriptor, which must have the same number in the process that is
	// started; nil when path is a path like any other.
	file *os.File
}

func (p *program) close() {
	if p.file != nil {
		_ = p.file.Close()
	}
}

// inherited are the files that the process needs open: the n-th gets the descriptor n+3.
func (p *program) inherited() []*os.File {
	if p.file == nil {
		return nil
	}
	files := make([]*os.File, int(p.file.Fd())-2)
	files[len(files)-1] = p.file
	return files
}

// openProgram prepares what is run. Without a checksum that is the binary, which only root and this user can replace;
// CheckProgram has made sure. With one it is a copy of the bytes that have it, so that no change of the file between
// the check and the start counts. A script is run from its own place, by the descriptor that was checked: it looks
// for other files beside itself, and they are not covered by its checksum anyway. directory is private to this user;
// close and removing it end the program's use.
func openProgram(m *manifest.Manifest, directory string) (*program, error) {
	if m.SHA256 == "" {
		return &program{path: m.Binary}, nil
	}
	if mountedNoexec(m.Binary) { // The copy is elsewhere.
		return nil, m.RefuseBinary("was not run: %s", noexecText)
	}
	file, err := os.Open(m.Binary)
	if err != nil {
		return nil, m.RefuseBinary("cannot be read: %w", err)
	}
	hash := sha256.New()
	start := make([]byte, 2)
	n, _ := io.ReadFull(file, start)
	content := io.TeeReader(io.MultiReader(bytes.NewReader(start[:n]), file), hash)
	prog := &program{path: filepath.Join(directory, filepath.Base(m.Binary)), file: file}
	if string(start[:n]) == "#!" {
		_, err = io.Copy(io.Discard, content)
	} else {
		prog.file, err = copyProgram(content, prog.path)
		_ = file.Close()
	}
	if err == nil {
		err = m.CheckSum(hash.Sum(nil))
	} else {
		err = m.RefuseBinary("cannot be copied for its start: %w", err)
	}
	if err == nil && prog.file != nil {
		if err = linkDescriptor(prog.path, prog.file); err != nil {
			err = m.RefuseBinary("cannot be run by its descriptor, which a sha256 asks for: %w", err)
		}
	}
	if err != nil {
		prog.close()
		return nil, err
	}
	return prog, nil
}

// copyToFile copies a program into a file that only this user may read and run.
func copyToFile(content io.Reader, path string) error {
	// No other process may be started while the file is open for writing: it would keep it open, and the start would
	// fail with ETXTBSY.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o700) //nolint:gosec // it must be executable
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content)
	return errors.Join(err, file.Close())
}
