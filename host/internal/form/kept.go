package form

import "sync"

// kept holds one value for each key, made when it is first asked for. The zero value is ready. It may be used
// concurrently; the values guard themselves.
type kept[Key comparable, Value any] struct {
	mu     sync.Mutex
	values map[Key]*Value
}

func (k *kept[Key, Value]) of(key Key) *Value {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		k.values = map[Key]*Value{}
	}
	if k.values[key] == nil {
		k.values[key] = new(Value)
	}
	return k.values[key]
}
