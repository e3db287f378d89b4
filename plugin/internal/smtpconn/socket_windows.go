//go:build !unix

package smtpconn

import (
	"os"
	"syscall"
)

const canReadNow = false

func readNow(syscall.RawConn, []byte) (int, error) { return 0, os.ErrDeadlineExceeded }
