package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// writeHolder says in a lock file who holds it.
func writeHolder(file *os.File, me holder) error {
	text, err := json.Marshal(me)
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("lock of the notification service: %w", err)
	}
	_, err = file.WriteAt(append(text, '\n'), 0)
	return err
}

// maxHolder bounds what is read of a lock file.
const maxHolder = 4096

func readHolder(file *os.File) (by holder) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, maxHolder))
	if err != nil || json.Unmarshal(text, &by) != nil {
		return holder{}
	}
	return by
}
