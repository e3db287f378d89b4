package notify

import (
	"bytes"
	"cmp"
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/smtp-settings/smtp-settings/shared/filemode"
)

// textIndex finds the notifications whose recipient or subject contains a text, among a million in some hundredths of a
// second. It is a file of one line for each, in the order of ids, which is read from its end: that takes no extension
// of the database, finds texts of any length, and costs a notification that nobody looks for next to nothing. The file
// is this process's own, goes with it, and is made anew by the next process; before each search it is brought up to
// date from the database, and what it does not have yet is searched there. It may be used concurrently.
type textIndex struct {
	// read returns rows with ids after one, in their order; newest those with ids after one and before another, in the
	// reverse order; and some those of the ids that there are.
	read   func(ctx context.Context, after int64, limit int) ([]textRow, error)
	newest func(ctx context.Context, after, before int64, limit int) ([]textRow, error)
	some   func(ctx context.Context, ids []int64) ([]textRow, error)
	// directory is where the file is.
	directory string
	clock     *databaseClock // of the times in rows

	catching atomic.Bool // it is brought up to date in the background
	ending   context.Context
	end      context.CancelFunc

	mu     sync.Mutex
	closed bool
	file   *os.File
	blocks []textBlock
	lines  int64
	last   textRow // of the highest id; zero before the first
	// gaps are ids that were not there when later ones were: a transaction that began earlier may end later. Those that
	// have come since are late, in the order of ids.
	gaps map[int64]time.Time
	late []textRow
}

// newTextIndex makes an index over what the queue has.
func newTextIndex(directory string, q *queue) *textIndex {
	x := &textIndex{read: q.textsAfter, newest: q.newestTexts, some: q.textsOf, directory: directory}
	x.ending, x.end = context.WithCancel(context.Background())
	return x
}

// textRow is what is known of a notification.
type textRow struct {
	id          int64
	to, subject string
	created     time.Time
}

// same reports whether it is about the same notification: ids may be given again after a deletion.
func (r textRow) same(other textRow) bool {
	return r.id == other.id && r.to == other.to && r.subject == other.subject && r.created.Equal(other.created)
}

// textBlock is a part of the file that is read at once.
type textBlock struct {
	offset int64
	length int
	lowest int64 // id
	holds  *grams
}

const (
	blockSize   = 8 << 10
	textRows    = 2000 // are read from the database at once
	maxGaps     = 10_000
	gapLifetime = 5 * time.Minute
)

// contains is the one meaning of a search: the case of letters does not matter, and a line break is a blank.
func (r textRow) contains(needle string) bool {
	return strings.Contains(folded(r.to), needle) || strings.Contains(folded(r.subject), needle)
}

func folded(text string) string { return strings.ToLower(blanks.Replace(text)) }

var blanks = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ")

// idDigits is how many bytes an id takes in a line. They are continuation bytes of UTF-8, so no text begins in them.
const idDigits = 11

func appendLine(to []byte, row textRow) []byte {
	for shift := 6 * (idDigits - 1); shift >= 0; shift -= 6 {
		to = append(to, 0x80|byte(row.id>>shift&0x3f))
	}
	to = append(append(to, folded(row.to)...), 0)
	return append(append(to, folded(row.subject)...), '\n')
}

func idOfLine(line []byte) (id int64) {
	for _, digit := range line[:idDigits] {
		id = id<<6 | int64(digit&0x3f)
	}
	return id
}

// search gives each the ids of what contains the text and comes before an id, newest first, until it has enough. An id
// may be that of a notification that is no more. total is how many there are in the database.
func (x *textIndex) search(
	ctx context.Context, text string, before, total int64, each func(ids []int64) (enough bool, err error),
) error {
	needle := folded(text)
	if before == 0 {
		before = math.MaxInt64
	}
	last, behind, err := x.step(ctx, total)
	if err != nil {
		return err
	}
	if behind && x.catching.CompareAndSwap(false, true) {
		go x.catch(x.ending, total) //nolint:errcheck // What it has not done the next one tries.
	}
	for {
		if behind {
			enough, err := x.searchRows(ctx, needle, last, before, each)
			if err != nil || enough {
				return err
			}
		}
		before = min(before, last+1)
		if last, behind, err = x.searchLines(ctx, []byte(needle), last, before, each); err != nil || !behind {
			return err
		}
	}
}

// searchRows searches what comes after the file in the database.
func (x *textIndex) searchRows(
	ctx context.Context, needle string, last, before int64, each func(ids []int64) (enough bool, err error),
) (enough bool, err error) {
	for {
		rows, err := x.newest(ctx, last, before, textRows)
		if err != nil {
			return false, err
		}
		var found []int64
		for _, row := range rows {
			if before = row.id; row.contains(needle) {
				found = append(found, row.id)
			}
		}
		if len(found) > 0 {
			if enough, err := each(found); err != nil || enough {
				return enough, err
			}
		}
		if len(rows) < textRows {
			return false, nil
		}
	}
}

// searchLines searches the file up to the id last. behind is true, and nothing was searched, when it was made anew
// meanwhile and has less.
func (x *textIndex) searchLines(
	ctx context.Context, needle []byte, last, before int64, each func(ids []int64) (enough bool, err error),
) (has int64, behind bool, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.last.id < last {
		return x.last.id, true, nil
	}
	wanted, late := gramsOf(needle), x.late
	var found []int64
	for i := len(x.blocks) - 1; i >= 0 && ctx.Err() == nil; i-- {
		block := x.blocks[i]
		if block.lowest >= before && i > 0 {
			continue
		}
		var here []int64
		if block.holds.all(wanted) {
			buffer := make([]byte, block.length)
			if _, err := x.file.ReadAt(buffer, block.offset); err != nil {
				return last, false, err
			}
			here = matches(buffer, needle, before)
		}
		for n := len(late); n > 0 && (late[n-1].id > block.lowest || i == 0); n-- {
			if row := late[n-1]; row.id < before && row.contains(string(needle)) {
				here = append(here, row.id)
			}
			late = late[:n-1]
		}
		slices.SortFunc(here, func(a, b int64) int { return cmp.Compare(b, a) })
		if found = append(found, here...); len(found) >= searchedAtOnce || i == 0 && len(found) > 0 {
			if enough, err := each(found); err != nil || enough {
				return last, false, err
			}
			found = nil
		}
	}
	return last, false, ctx.Err()
}

// matches returns the ids of lines that contain the needle and come before an id.
func matches(lines, needle []byte, before int64) (ids []int64) {
	for at := 0; ; {
		next := bytes.Index(lines[at:], needle)
		if next < 0 {
			break
		}
		begin := bytes.LastIndexByte(lines[:at+next], '\n') + 1
		if id := idOfLine(lines[begin:]); id < before {
			ids = append(ids, id)
		}
		if at = begin + bytes.IndexByte(lines[begin:], '\n') + 1; at >= len(lines) {
			break
		}
	}
	return ids
}

// catchUp brings the file up to date, in steps between which it is searched.
func (x *textIndex) catchUp(ctx context.Context, total int64) error {
	if !x.catching.CompareAndSwap(false, true) {
		return nil
	}
	return x.catch(ctx, total)
}

func (x *textIndex) catch(ctx context.Context, total int64) error {
	defer x.catching.Store(false)
	for behind := true; behind; {
		var err error
		if _, behind, err = x.step(ctx, total); err != nil {
			return err
		}
	}
	return nil
}

// needless reports whether the file is soon made when it is needed.
func (x *textIndex) needless(total int64) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return total < textRows && x.file == nil
}

// step adds the next of what is new in the database. behind is whether there may be more, after the id last. The
// database is read while others search.
func (x *textIndex) step(ctx context.Context, total int64) (last int64, behind bool, err error) {
	after, file, err := x.next(ctx, total)
	if err != nil {
		return 0, false, err
	}
	rows, err := x.read(ctx, after, textRows)
	if err != nil {
		return 0, false, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.closed {
		return 0, false, errClosed
	}
	if x.file != file || x.last.id != after {
		return x.last.id, true, nil // Another step came first.
	}
	err = x.add(rows)
	return x.last.id, len(rows) == textRows, err
}

// next makes the file ready for what comes after an id.
func (x *textIndex) next(ctx context.Context, total int64) (after int64, file *os.File, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if err := x.begin(ctx, total); err != nil {
		return 0, nil, err
	}
	err = x.fillGaps(ctx)
	return x.last.id, x.file, err
}

// begin makes the file, anew where most of it is about what is no more, or where ids are given again.
func (x *textIndex) begin(ctx context.Context, total int64) error {
	if x.closed {
		return errClosed
	}
	stale := x.lines > 2*total+10*textRows || len(x.late) > maxGaps
	if x.last.id != 0 && !stale {
		rows, err := x.some(ctx, []int64{x.last.id})
		if err != nil {
			return err
		}
		stale = len(rows) == 0 || !rows[0].same(x.last)
	}
	if x.file != nil && !stale {
		return nil
	}
	x.close()
	file, err := filemode.Scratch(x.directory, ".search-")
	if err != nil {
		return err
	}
	x.file, x.gaps = file, map[int64]time.Time{}
	return nil
}

// fillGaps adds what has come after later ones, and forgets what has not for long.
func (x *textIndex) fillGaps(ctx context.Context) error {
	if len(x.gaps) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(x.gaps))
	for id, since := range x.gaps {
		if ids = append(ids, id); time.Since(since) > gapLifetime {
			delete(x.gaps, id)
		}
	}
	rows, err := x.some(ctx, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		delete(x.gaps, row.id)
	}
	x.late = append(x.late, rows...)
	slices.SortFunc(x.late, func(a, b textRow) int { return cmp.Compare(a.id, b.id) })
	return nil
}

// add appends rows to the file.
func (x *textIndex) add(rows []textRow) error {
	var lines []byte
	end := int64(0)
	if n := len(x.blocks); n > 0 {
		end = x.blocks[n-1].offset + int64(x.blocks[n-1].length)
	}
	begin := end
	for _, row := range rows {
		x.note(row)
		before := len(lines)
		lines = appendLine(lines, row)
		x.grow(end, lines[before:], row.id)
		end += int64(len(lines) - before)
	}
	_, err := x.file.WriteAt(lines, begin)
	if err != nil { // Part of it may be there: it is made anew.
		x.close()
	}
	return err
}

// note keeps the highest id, and those that are missing below it.
func (x *textIndex) note(row textRow) {
	x.lines++
	if x.clock.Now().Sub(row.created) < gapLifetime {
		for id := max(x.last.id+1, row.id-maxGaps); id < row.id && len(x.gaps) < maxGaps; id++ {
			x.gaps[id] = time.Now()
		}
	}
	x.last = row
}

// grow has a line at the offset belong to the last block, or to a new one.
func (x *textIndex) grow(offset int64, line []byte, id int64) {
	if n := len(x.blocks); n == 0 || x.blocks[n-1].length >= blockSize {
		x.blocks = append(x.blocks, textBlock{offset: offset, lowest: id, holds: &grams{}})
	}
	block := &x.blocks[len(x.blocks)-1]
	block.length += len(line)
	block.holds.add(line[idDigits:])
}

// close forgets everything.
func (x *textIndex) close() {
	if x.file != nil {
		_ = x.file.Close()
	}
	x.file, x.blocks, x.lines, x.last, x.gaps, x.late = nil, nil, 0, textRow{}, nil, nil
}

// Close ends the use of the file.
func (x *textIndex) Close() error {
	x.end()
	x.mu.Lock()
	defer x.mu.Unlock()
	x.close()
	x.closed = true
	return nil
}
