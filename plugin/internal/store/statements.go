package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// openPrepared opens the embedded engine with connections that keep their statements. The queue hands over the text of
// each statement again and again, and to parse it takes longer than to execute it.
func openPrepared(source string) (*sql.DB, error) {
	engine, err := sql.Open("sqlite", "")
	if err != nil {
		return nil, err
	}
	defer func() { _ = engine.Close() }() // It has opened nothing.
	return sql.OpenDB(&preparedConnector{engine: engine.Driver(), source: source}), nil
}

type preparedConnector struct {
	engine driver.Driver
	source string
}

func (c *preparedConnector) Driver() driver.Driver { return c.engine }

func (c *preparedConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.engine.Open(c.source)
	if err != nil {
		return nil, err
	}
	able, ok := conn.(engineConn)
	if !ok {
		return nil, errors.Join(errors.New("the embedded engine lacks what is needed of it"), conn.Close())
	}
	return &preparedConn{engineConn: able, idle: map[string]engineStmt{}}, nil
}

// engineConn is what the engine's connections can do.
type engineConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type engineStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// preparedConn is a connection that keeps the statements that are not in use. database/sql lets one goroutine in at a
// time.
type preparedConn struct {
	engineConn
	idle map[string]engineStmt
}

// maxPrepared is how many statements a connection keeps. There are some forty; those with a list of places differ by
// its length.
const maxPrepared = 100

var (
	_ driver.ExecerContext  = (*preparedConn)(nil)
	_ driver.QueryerContext = (*preparedConn)(nil)
)

// take returns a statement that nobody else uses.
func (c *preparedConn) take(ctx context.Context, query string) (engineStmt, error) {
	if found, ok := c.idle[query]; ok {
		delete(c.idle, query)
		return found, nil
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	able, ok := made.(engineStmt)
	if !ok {
		return nil, errors.Join(driver.ErrSkip, made.Close())
	}
	return able, nil
}

// put keeps a statement for the next one who needs it. One that has failed is not kept.
func (c *preparedConn) put(query string, statement engineStmt, failed error) error {
	if _, another := c.idle[query]; another || failed != nil {
		return statement.Close()
	}
	if len(c.idle) >= maxPrepared {
		for other, one := range c.idle { // Whichever it is: it is made again when it is needed.
			delete(c.idle, other)
			if err := one.Close(); err != nil {
				return errors.Join(err, statement.Close())
			}
			break
		}
	}
	c.idle[query] = statement
	return nil
}

func (c *preparedConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	statement, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	result, err := statement.ExecContext(ctx, args)
	if closed := c.put(query, statement, err); err == nil {
		err = closed
	}
	return result, err
}

func (c *preparedConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	statement, err := c.take(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := statement.QueryContext(ctx, args)
	if err != nil {
		_ = c.put(query, statement, err)
		return nil, err
	}
	return &preparedRows{Rows: rows, release: func(failed error) error { return c.put(query, statement, failed) }}, nil
}

func (c *preparedConn) Close() error {
	var err error
	for _, one := range c.idle {
		err = errors.Join(err, one.Close())
	}
	c.idle = nil
	return errors.Join(err, c.engineConn.Close())
}

// preparedRows gives the statement back when it has been read.
type preparedRows struct {
	driver.Rows
	release func(failed error) error
}

func (r *preparedRows) Close() error {
	if r.release == nil {
		return nil
	}
	err := r.Rows.Close()
	err = errors.Join(err, r.release(err))
	r.release = nil
	return err
}
