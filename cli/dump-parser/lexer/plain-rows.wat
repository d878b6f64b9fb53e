;; Reads the rows of an INSERT, 64 bytes at a time, as long as there is nothing in them but plain values: what plain-rows.ts
;; says. plain-rows-wasm.ts holds what wabt makes of this; plain-rows.test.ts shows it when the two differ.
;; The bits of an i64 are the 64 bytes, the first byte is the lowest bit. The method is that of simdjson (Langdale and
;; Lemire, "Parsing gigabytes of JSON per second", 2019): masks of the bytes that matter, and no branch for each of them.
(module
  ;; 0: rows begun   4: place of the last of them   8: whether in a row   12: whether in a string   from 64: the bytes
  ;; from 32832: of each statement the place behind its semicolon, and its rows   from 49216: how each statement begins
  (memory (export "memory") 2)

  ;; Classes of bytes by their halves: a byte has those bits that both of its halves have. Bits 0 to 3: " # $ / ; @ ` V v, which
  ;; no plain value has outside of strings. Bits 4 and 5: blanks and commas, all that may stand between two rows.
  (func $classes (param $bytes v128) (result v128)
    (v128.and
      (i8x16.swizzle
        (v128.const i8x16 0x34 0 1 1 1 0 8 0 0 0x10 0x10 0x12 0x30 0x10 0 1)
        (v128.and (local.get $bytes) (v128.const i8x16 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15)))
      (i8x16.swizzle
        (v128.const i8x16 0x10 0 0x21 2 4 8 4 8 0 0 0 0 0 0 0 0)
        (i8x16.shr_u (local.get $bytes) (i32.const 4)))))

  ;; Which of the 64 classes share a bit with the wanted ones.
  (func $any (param $a v128) (param $b v128) (param $c v128) (param $d v128) (param $wanted v128) (result i64)
    (call $mask
      (i8x16.ne (v128.and (local.get $a) (local.get $wanted)) (v128.const i64x2 0 0))
      (i8x16.ne (v128.and (local.get $b) (local.get $wanted)) (v128.const i64x2 0 0))
      (i8x16.ne (v128.and (local.get $c) (local.get $wanted)) (v128.const i64x2 0 0))
      (i8x16.ne (v128.and (local.get $d) (local.get $wanted)) (v128.const i64x2 0 0))))

  ;; Which of the 64 bytes are that one.
  (func $same (param $a v128) (param $b v128) (param $c v128) (param $d v128) (param $byte v128) (result i64)
    (call $mask
      (i8x16.eq (local.get $a) (local.get $byte))
      (i8x16.eq (local.get $b) (local.get $byte))
      (i8x16.eq (local.get $c) (local.get $byte))
      (i8x16.eq (local.get $d) (local.get $byte))))

  (func $mask (param $a v128) (param $b v128) (param $c v128) (param $d v128) (result i64)
    (i64.or
      (i64.or
        (i64.extend_i32_u (i8x16.bitmask (local.get $a)))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $b))) (i64.const 16)))
      (i64.or
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $c))) (i64.const 32))
        (i64.shl (i64.extend_i32_u (i8x16.bitmask (local.get $d))) (i64.const 48)))))

  ;; Each bit is whether an odd number of bits is set up to it: set from an opening quote up to the one that closes it.
  (func $between (param $bits i64) (result i64)
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 1))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 2))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 4))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 8))))
    (local.set $bits (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 16))))
    (i64.xor (local.get $bits) (i64.shl (local.get $bits) (i64.const 32))))

  ;; Reads from a place outside of strings on, whole blocks up to `end`, in a row or between two (`isInRow` is 1 or 0). `escapes` is
  ;; 1 where a backslash takes the next byte's meaning away, else 0.
  ;; Returns how far it came: to something that it leaves to others, or to the last whole block.
  (func $read (export "read") (param $at i32) (param $end i32) (param $isInRow i32) (param $escapes i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $quotes i64) (local $backslashes i64) (local $escaped i64) (local $string i64)
    (local $open i64) (local $parens i64) (local $dashes i64) (local $doubled i64) (local $other i64)
    (local $row i64) (local $escaping i64) (local $inString i64) (local $isEscaped i64) (local $wasDash i64)
    (local $rows i32) (local $lastRow i32) (local $first i32)
    (local.set $row (i64.sub (i64.const 0) (i64.extend_i32_u (local.get $isInRow))))
    (local.set $escaping (i64.sub (i64.const 0) (i64.extend_i32_u (local.get $escapes))))
    (block $over
      (loop $next
        (br_if $over (i32.gt_u (i32.add (local.get $at) (i32.const 64)) (local.get $end)))
        (local.set $a (v128.load (local.get $at)))
        (local.set $b (v128.load offset=16 (local.get $at)))
        (local.set $c (v128.load offset=32 (local.get $at)))
        (local.set $d (v128.load offset=48 (local.get $at)))
        (local.set $quotes
          (call $same (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x27272727 0x27272727 0x27272727 0x27272727)))
        (local.set $backslashes
          (call $same (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c 0x5c5c5c5c)))

        ;; Backslashes pair up from the left; one that is itself escaped escapes nothing (simdjson's json_escape_scanner).
        (if (i64.ne (i64.or (i64.and (local.get $backslashes) (local.get $escaping)) (local.get $isEscaped)) (i64.const 0))
          (then
            (local.set $escaped (i64.and (local.get $backslashes) (i64.xor (local.get $isEscaped) (i64.const -1))))
            (local.set $escaped
              (i64.xor
                (i64.sub
                  (i64.or (i64.shl (local.get $escaped) (i64.const 1)) (i64.const 0xaaaaaaaaaaaaaaaa))
                  (local.get $escaped))
                (i64.const 0xaaaaaaaaaaaaaaaa)))
            (local.set $quotes
              (i64.and
                (local.get $quotes)
                (i64.xor
                  (i64.xor (local.get $escaped) (i64.or (local.get $backslashes) (local.get $isEscaped)))
                  (i64.const -1))))
            (local.set $isEscaped (i64.shr_u (i64.and (local.get $escaped) (local.get $backslashes)) (i64.const 63)))))

        ;; A long string goes on.
        (if (i64.eqz (i64.or (local.get $quotes) (i64.xor (local.get $inString) (i64.const -1))))
          (then
            (local.set $at (i32.add (local.get $at) (i32.const 64)))
            (br $next)))

        (local.set $string (i64.xor (call $between (local.get $quotes)) (local.get $inString)))
        (local.set $open
          (i64.and
            (call $same (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x28282828 0x28282828 0x28282828 0x28282828))
            (i64.xor (local.get $string) (i64.const -1))))
        (local.set $parens
          (i64.or
            (local.get $open)
            (i64.and
              (call $same (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x29292929 0x29292929 0x29292929 0x29292929))
              (i64.xor (local.get $string) (i64.const -1)))))
        (local.set $dashes
          (i64.and
            (call $same (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x2d2d2d2d 0x2d2d2d2d 0x2d2d2d2d 0x2d2d2d2d))
            (i64.xor (local.get $string) (i64.const -1))))
        (local.set $doubled
          (i64.and (local.get $dashes) (i64.or (i64.shl (local.get $dashes) (i64.const 1)) (local.get $wasDash))))
        (local.set $a (call $classes (local.get $a)))
        (local.set $b (call $classes (local.get $b)))
        (local.set $c (call $classes (local.get $c)))
        (local.set $d (call $classes (local.get $d)))
        ;; From here on $row is, for each byte, whether it stands in a row; that of the parenthesis that opens it does.
        (local.set $row (i64.xor (call $between (local.get $parens)) (local.get $row)))

        ;; What is left to others: two dashes, what no value has, parentheses in others, and more than blanks between rows.
        (local.set $other
          (i64.or
            (i64.or
              (local.get $doubled)
              (i64.and
                (i64.or
                  (local.get $backslashes)
                  (call $any (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f 0x0f0f0f0f)))
                (i64.xor (local.get $string) (i64.const -1))))
            (i64.or
              (i64.and (local.get $parens) (i64.xor (local.get $row) (local.get $open)))
              (i64.xor
                (i64.or
                  (i64.or (local.get $row) (local.get $parens))
                  (call $any (local.get $a) (local.get $b) (local.get $c) (local.get $d) (v128.const i32x4 0x30303030 0x30303030 0x30303030 0x30303030)))
                (i64.const -1)))))
        (if (i64.ne (local.get $other) (i64.const 0))
          (then
            (local.set $first (i32.wrap_i64 (i64.ctz (local.get $other))))
            ;; Up to there, and not further.
            (local.set $other (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (local.get $first))) (i64.const 1)))
            (local.set $open (i64.and (local.get $open) (local.get $other)))
            (if (i64.ne (local.get $open) (i64.const 0))
              (then
                (local.set $rows (i32.add (local.get $rows) (i32.wrap_i64 (i64.popcnt (local.get $open)))))
                (local.set $lastRow
                  (i32.add (local.get $at) (i32.wrap_i64 (i64.sub (i64.const 63) (i64.clz (local.get $open))))))))
            ;; Whether a row was open in front of it: its own parentheses set and unset the bit.
            (local.set $row
              (i64.xor
                (i64.shr_u (local.get $row) (i64.extend_i32_u (local.get $first)))
                (i64.shr_u (local.get $parens) (i64.extend_i32_u (local.get $first)))))
            ;; The first of two dashes is for others, too; a string is not open here.
            (local.set $first
              (i32.sub
                (local.get $first)
                (i32.wrap_i64 (i64.and
                  (i64.shr_u (local.get $doubled) (i64.extend_i32_u (local.get $first)))
                  (i64.const 1)))))
            (i32.store (i32.const 0) (local.get $rows))
            (i32.store (i32.const 4) (local.get $lastRow))
            (i32.store (i32.const 8) (i32.and (i32.wrap_i64 (local.get $row)) (i32.const 1)))
            (i32.store (i32.const 12) (i32.const 0))
            (return (i32.add (local.get $at) (local.get $first)))))

        (if (i64.ne (local.get $open) (i64.const 0))
          (then
            (local.set $rows (i32.add (local.get $rows) (i32.wrap_i64 (i64.popcnt (local.get $open)))))
            (local.set $lastRow
              (i32.add (local.get $at) (i32.wrap_i64 (i64.sub (i64.const 63) (i64.clz (local.get $open))))))))
        (local.set $row (i64.shr_s (local.get $row) (i64.const 63)))
        (local.set $inString (i64.shr_s (local.get $string) (i64.const 63)))
        (local.set $wasDash (i64.shr_u (local.get $dashes) (i64.const 63)))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $next)))
    (i32.store (i32.const 0) (local.get $rows))
    (i32.store (i32.const 4) (local.get $lastRow))
    (i32.store (i32.const 8) (i32.and (i32.wrap_i64 (local.get $row)) (i32.const 1)))
    (i32.store (i32.const 12) (i32.and (i32.wrap_i64 (local.get $inString)) (i32.const 1)))
    ;; A dash, or a backslash in a string, is read with what follows it.
    (i32.sub (local.get $at) (i32.wrap_i64 (i64.or (local.get $wasDash) (local.get $isEscaped)))))

  ;; Whether the beginning of all statements stands at a place. Of a shorter one than 16 bytes what follows must be the same, too.
  (func $begins (param $at i32) (param $length i32) (result i32)
    (local $i i32)
    (loop $next
      (if (i8x16.all_true
            (i8x16.eq
              (v128.load (i32.add (local.get $at) (local.get $i)))
              (v128.load offset=49216 (local.get $i))))
        (then
          (local.set $i (i32.add (local.get $i) (i32.const 16)))
          (br_if $next (i32.le_u (i32.add (local.get $i) (i32.const 16)) (local.get $length)))
          (if (i32.ge_u (local.get $i) (local.get $length)) (then (return (i32.const 1))))
          ;; The last of them together with some of those before.
          (local.set $i (i32.sub (local.get $length) (i32.const 16)))
          (br $next))))
    (i32.const 0))

  ;; Reads statements that begin alike, from the place behind the beginning of the first on: as long as there is nothing in them but
  ;; plain rows, each ends with a semicolon in front of `end`, and the next begins in the next line. Returns how many.
  (func (export "statements") (param $at i32) (param $end i32) (param $escapes i32) (param $length i32) (result i32)
    (local $count i32) (local $entry i32)
    (block $over
      (loop $next
        (local.set $at (call $read (local.get $at) (local.get $end) (i32.const 1) (local.get $escapes)))
        (br_if $over (i32.ge_u (local.get $at) (local.get $end)))
        (br_if $over (i32.load (i32.const 8))) ;; there is no string outside of a row
        (br_if $over (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x3b)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (local.set $entry (i32.shl (local.get $count) (i32.const 3)))
        (i32.store offset=32832 (local.get $entry) (local.get $at))
        (i32.store offset=32836 (local.get $entry) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (br_if $over (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x0a)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $over (i32.eqz (call $begins (local.get $at) (local.get $length))))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        (br $next)))
    (local.get $count)))
