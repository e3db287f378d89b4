package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// version names a state of the embedded database, as one connection sees it: another one means that another connection
// has written in between, in this process or in another. PostgreSQL has none; then it is zero.
//
// To ask for it takes a fifth of the time that it takes to read a row.
type version struct {
	conn   *preparedConn
	number int64
}

func versionOf(conn *sql.Conn) (version, error) {
	var now version
	err := conn.Raw(func(one any) error {
		embedded, ok := one.(*preparedConn)
		if !ok {
			return nil
		}
		number, err := embedded.dataVersion()
		now = version{conn: embedded, number: number}
		return err
	})
	return now, err
}

// dataVersion asks without a context that can end: the engine has a goroutine watch such a one, and a reader never
// waits for a writer.
func (c *preparedConn) dataVersion() (int64, error) {
	rows, err := c.QueryContext(context.Background(), "PRAGMA data_version", nil)
	if err != nil {
		return 0, err
	}
	row := make([]driver.Value, 1)
	err = rows.Next(row)
	if err = errors.Join(err, rows.Close()); err != nil {
		return 0, err
	}
	number, ok := row[0].(int64)
	if !ok {
		return 0, fmt.Errorf("the embedded engine calls its version %v", row[0])
	}
	return number, nil
}
