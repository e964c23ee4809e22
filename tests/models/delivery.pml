/*
 * Send, persist, deliver, acknowledge: two devices and the relay between them, any of which may
 * crash between any two of its steps, and connections that break. docs/spec/08-state.md §1, rules
 * 2 to 4, and docs/spec/07-relay.md.
 *
 *     Sender    say: {content, key, chain} in one transaction -> outbox
 *               outbox -> submit ... Done -> out of the outbox
 *     Relay     submit -> keep, durably -> Done
 *               kept -> push ... acknowledged -> deleted
 *     Recipient push -> {seen, shown, ratchet} in one transaction -> acknowledge
 *
 * What a crash leaves is what was durable; what was under way on a broken connection is gone. A
 * transaction is an `atomic`. Contents are numbered by a ghost: after a crash the person does not
 * type the same again.
 *
 * -DBUG_... takes one rule away, and the verifier must find what comes of it; the names are in
 * test_delivery.py.
 */
#define CONTENTS 2
#ifndef CRASHES
#define CRASHES 1 /* of all three together, and connections that break */
#endif
#define NONE 255

chan submit = [CONTENTS + 1] of { byte, byte };  /* content, key that sealed it */
chan done   = [CONTENTS + 1] of { byte };
chan push   = [CONTENTS + 1] of { byte, byte };
chan ack    = [CONTENTS + 1] of { byte };

byte outbox[CONTENTS] = NONE;  /* durable at the sender: the key that sealed it */
byte kept[CONTENTS] = NONE;    /* durable at the relay */
bool seen[CONTENTS];           /* durable at the recipient */
byte shown[CONTENTS];          /* durable at the recipient: how often */
byte chain;                    /* durable at the sender: the next key */

bool tried[CONTENTS];          /* on this connection of the sender */
bool pushed[CONTENTS];         /* on this connection of the recipient */

byte said;                     /* ghost: contents that the person parted with */
byte sealed_by[CONTENTS] = NONE; /* ghost: what left under a key */
byte crashes;
bool lost, shown_twice, key_used_twice; /* ghosts: they name what was found */

/* The claims. */
#define LOST(c)  (said > c && outbox[c] == NONE && kept[c] == NONE && shown[c] == 0)
#define TWICE(c) (shown[c] > 1)

ltl arrives { [] (said == CONTENTS -> <> (shown[0] == 1 && shown[CONTENTS - 1] == 1)) }

inline leaves(content, key) {
    key_used_twice = sealed_by[key] != NONE && sealed_by[key] != content;
    assert(!key_used_twice);
    sealed_by[key] = content;
    submit!content,key;
    tried[content] = true
}

inline sender_disconnects() {
    do
    :: nempty(submit) -> submit?_,_
    :: nempty(done) -> done?_
    :: empty(submit) && empty(done) -> break
    od;
#ifndef BUG_NOT_SENT_AGAIN
    for (i : 0 .. CONTENTS - 1) { tried[i] = false }
#endif
}

inline recipient_disconnects() {
    do
    :: nempty(push) -> push?_,_
    :: nempty(ack) -> ack?_
    :: empty(push) && empty(ack) -> break
    od;
    for (i : 0 .. CONTENTS - 1) { pushed[i] = false }
}

active proctype Sender() {
    byte i, content;
idle:
    do
    :: said < CONTENTS ->
#ifdef BUG_SEND_BEFORE_PERSIST
        content = said;
        atomic { said++; leaves(content, chain) };
        if
        :: atomic { crashes < CRASHES -> crashes++; sender_disconnects(); goto idle }
        :: atomic { outbox[content] = chain; chain++ }
        fi
#else
#ifdef BUG_CHAIN_STORED_LATER
        atomic { outbox[said] = chain; said++ };
        if
        :: atomic { crashes < CRASHES -> crashes++; sender_disconnects(); goto idle }
        :: chain++
        fi
#else
        atomic { outbox[said] = chain; chain++; said++ }
#endif
#endif
    :: atomic { outbox[0] != NONE && !tried[0] -> leaves(0, outbox[0]) }
#ifdef BUG_FORGET_BEFORE_DONE
        ; outbox[0] = NONE
#endif
    :: atomic { outbox[1] != NONE && !tried[1] -> leaves(1, outbox[1]) }
    :: done?content -> outbox[content] = NONE
    :: atomic { crashes < CRASHES -> crashes++; sender_disconnects() }
    od
}

active proctype Relay() {
    byte i, content, key;
idle:
    do
    :: submit?content,key ->
#ifdef BUG_ANSWER_BEFORE_KEEPING
        done!content;
        if
        :: atomic { crashes < CRASHES ->
               crashes++; sender_disconnects(); recipient_disconnects(); goto idle }
        :: kept[content] = key
        fi
#else
        kept[content] = key; /* the same id twice is kept once */
        if
        :: atomic { crashes < CRASHES ->
               crashes++; sender_disconnects(); recipient_disconnects(); goto idle }
        :: done!content
        fi
#endif
    :: atomic { kept[0] != NONE && !pushed[0] -> push!0,kept[0]; pushed[0] = true }
#ifdef BUG_DELETE_ON_PUSH
        ; kept[0] = NONE
#endif
    :: atomic { kept[1] != NONE && !pushed[1] -> push!1,kept[1]; pushed[1] = true }
    :: ack?content -> atomic { kept[content] = NONE; pushed[content] = false }
    :: atomic { crashes < CRASHES -> crashes++; sender_disconnects(); recipient_disconnects() }
    od
}

active proctype Recipient() {
    byte i, content, key;
idle:
    do
    :: push?content,key ->
        if
#ifdef BUG_FORGET_WHAT_WAS_SEEN
        :: false -> skip
#else
        :: seen[content] -> ack!content /* once more: the first one may have been lost */
#endif
        :: else ->
#ifdef BUG_ACKNOWLEDGE_BEFORE_PERSIST
            ack!content;
            if
            :: atomic { crashes < CRASHES -> crashes++; recipient_disconnects(); goto idle }
            :: atomic { seen[content] = true; shown[content]++ }
            fi
#else
#ifdef BUG_TWO_TRANSACTIONS
            shown[content]++;
            if
            :: atomic { crashes < CRASHES -> crashes++; recipient_disconnects(); goto idle }
            :: seen[content] = true
            fi;
#else
            atomic { seen[content] = true; shown[content]++ };
#endif
            if
            :: atomic { crashes < CRASHES -> crashes++; recipient_disconnects(); goto idle }
            :: ack!content
            fi
#endif
        fi
    :: atomic { crashes < CRASHES -> crashes++; recipient_disconnects() }
    od
}

/* A connection breaks, and nobody crashes. */
active proctype Network() {
    byte i;
    do
    :: atomic { crashes < CRASHES -> crashes++; sender_disconnects() }
    :: atomic { crashes < CRASHES -> crashes++; recipient_disconnects() }
    :: crashes == CRASHES -> break
    od
}

active proctype Judge() {
end:
    do
    :: LOST(0) || LOST(1) -> lost = true; assert(!lost)
    :: TWICE(0) || TWICE(1) -> shown_twice = true; assert(!shown_twice)
    od
}
