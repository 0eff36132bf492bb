"""How tasks begin: the verbs that people start an action item with."""

from __future__ import annotations

import re

from syncd.core.words import phrases

VERBS = phrases("""
    accelerate, acquire, activate, adapt, add, address, adjust, adopt, advertise, agree, alert, align, allocate
    allow, amend, analyse, analyze, announce, apply, appoint, archive, arrange, ask, assess, assign, attach, audit
    automate, avoid, back, backfill, backport, balance, ban, benchmark, bind, blacklist, block, book, bring
    broaden, build, bump, buy, cache, calculate, call, cap, capture, catch, cc, centralise, centralize, change
    chase, check, circulate, clarify, classify, clean, cleanup, clear, close, codify, collect, come, communicate
    compare, complete, configure, confirm, consider, consolidate, contact, continue, contribute, convert
    coordinate, copy, correct, cover, create, cut, deal, debug, decide, decommission, decouple, decrease, dedicate
    default, define, delay, delete, deliver, demonstrate, deploy, deprecate, design, destroy, detect, determine
    develop, devise, diagnose, disable, discontinue, discuss, display, distribute, do, document, double, download
    downgrade, draft, drain, drop, dump, duplicate, edit, educate, eliminate, email, emit, enable, encourage
    encrypt, enforce, engage, enhance, enrich, ensure, escalate, establish, estimate, evaluate, evict, examine
    exclude, execute, expand, experiment, explain, explore, export, expose, extend, extract, factor, fail, figure
    file, fill, filter, finalise, finalize, find, finish, fix, flag, flush, follow, force, formalise, formalize
    fork, freeze, gate, gather, generate, get, give, grant, group, guard, handle, harden, have, help, hide
    highlight, hire, hold, host, identify, ignore, implement, import, improve, include, incorporate, increase
    inform, ingest, inject, inspect, install, institute, instruct, instrument, integrate, introduce, inventory
    invest, investigate, invite, isolate, issue, iterate, join, keep, kill, label, launch, lead, learn, let
    leverage, limit, link, list, load, lobby, lock, log, look, lower, maintain, make, manage, mandate, map, mark
    measure, meet, merge, migrate, minimise, minimize, mirror, mitigate, mock, modernise, modernize, modify
    monitor, mount, move, mute, name, negotiate, note, notify, obtain, offer, offload, onboard, open, optimise
    optimize, order, organise, organize, overhaul, override, own, pair, parallelise, parameterise, parse
    participate, pass, patch, pause, perform, persist, phase, pick, pilot, pin, place, plan, polish, populate, port
    post, practice, pre-provision, precompute, prepare, present, preserve, prevent, print, prioritise, prioritize
    produce, profile, prohibit, promote, propagate, propose, protect, prototype, provide, provision, prune, publish
    pull, purchase, purge, push, put, query, quantify, queue, raise, rate-limit, reach, read, rebalance, rebase
    rebuild, re-enable, reconcile, reconfigure, reconsider, record, recover, recreate, recruit, rectify, recycle
    redeploy, redesign, redirect, reduce, redistribute, refactor, refine, reformat, refresh, regenerate, register
    rehearse, reinforce, reject, release, relocate, remind, remove, rename, renew, reopen, reorganise, reorganize
    repair, repeat, replace, replay, replicate, report, reproduce, request, require, rerun, research, reserve
    reset, resize, resolve, respond, restart, restore, restrict, restructure, retain, rethink, retire, retry
    return, reuse, revert, review, revise, revisit, revoke, rework, rewrite, right-size, roll, rotate, route, run
    sanitise, sanitize, save, scale, scan, schedule, scope, search, secure, segregate, select, send, separate
    serialise, serve, set, setup, shard, share, shift, ship, shorten, show, shut, silence, simplify, simulate, skip
    slow, snapshot, socialise, soften, solicit, solve, source, specify, speed, spike, spin, split, stagger
    standardise, standardize, start, stop, store, streamline, strengthen, stress, stress-test, strip, study, submit
    subscribe, suggest, summarise, summarize, supply, support, surface, survey, switch, sync, synchronise
    synchronize, take, talk, tag, target, teach, terminate, test, throttle, throw, tidy, tighten, time, track
    train, transfer, transition, translate, treat, triage, trial, trigger, trim, try, tune, turn, unblock
    understand, undertake, unify, uninstall, update, upgrade, upload, use, utilise, utilize, validate, vendor
    verify, version, visualise, visualize, wait, warn, watch, weigh, whitelist, widen, work, wrap, write, zero
    continuously, regularly, periodically, always, never, don't, do not, no longer, only, explicitly, automatically
    better, re-work, compress, elevate, embed, fetch, favour, favor, index, invoke, lift, loosen, mask, outline, ping
    poll, press, probe, quarantine, redact, reseat, rewire, seed, shrink, sign, sketch, smoke-test, sort, swap, unpin
    vet, wipe, wire, reboot, reload, reorder, retest, sandbox, scrub, serialize, serialise, stabilise, stabilize, suspend
    abort, accept, acknowledge, annotate, anonymise, anonymize, append, assert, authenticate, authorize, authorise, boost
    bound, broadcast, calibrate, cancel, categorise, categorize, certify, choose, clone, collaborate, combine, commit
    compute, connect, constrain, consult, contain, correlate, debounce, deduplicate, defer, delegate, deny, derive
    describe, discard, disconnect, discourage, divide, drill, elaborate, employ, empower, encapsulate, enlarge, enlist
    equip, expire, forbid, guarantee, hotfix, lint, localise, localize, nominate, observe, operate, parallelize
    parameterize, partition, prefetch, preload, procure, prove, reactivate, rearrange, reassess, recommend, reenable
    reevaluate, refuse, reinstate, reiterate, rely, rephrase, seal, shed, simulate, smooth, soak, sponsor, spread
    substitute, supersede, symlink, tabulate, tell, toggle, trace, unregister, unsubscribe, vary, visit, volunteer
    cherry-pick, ring-fence
""")
_FIRST = re.compile(r"[\W_]*([^\W\d_](?:[\w'’-]*\w)?)")
_COMPOUND = re.compile(r"(?:re|de|co|pre|double|cross|load|stress|dry|unit|smoke|fuzz|auto|hot|warm|zero)-")
"""What a verb is put together with: ``re-run``, ``double-check``."""
_SHOULD = re.compile(
    r"(?:we|you|they|i|team|it|there|someone|\w+ team)(?:'ll|’ll)?\s+(?:should|must|need|needs|will|could|shall|can"
    r"|want|plan|have to|would like|are going)\b"
    r"|need(?:s)? to\b|should\b|must\b|todo\b|let's\b|let’s\b|please\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"(?:(?:\w+-)?\w{2,}ed|sent|ran|built|rebuilt|set|took|began|found|wrote|made|got|did|brought|shut|went|saw|held|kept|put"
    r"|was|were|had|told|gave|left|lost|paid|met|led|came|became|chose|fell|hit|knew|meant|spent|stood|thought|threw)\b"
    r"|we (?:have |had |were |then |also )?\w+(?:ed|ook|an|ent|uilt)\b",
    re.IGNORECASE,
)
_NOT_PAST = phrases("need, embed, feed, seed, speed, shed, proceed, exceed, bleed")
_CLOCK = re.compile(r"[\[(~≈]*(?:\d{4}-\d\d-\d\d[T ]+)?\d{1,2}[:.]\d\d(?!\d)")


def first_word(text: str) -> str:
    """The first word in lower case, "" when there is none."""
    match = _FIRST.match(text)
    return match[1].lower().replace("’", "'") if match else ""


def starts_as_task(text: str) -> bool:
    """Whether a sentence begins as a task does: with a verb, or with what we should do."""
    word = first_word(text)
    return word in VERBS or _COMPOUND.sub("", word) in VERBS or _SHOULD.match(text.lstrip("\"'“‘*_ ")) is not None


def tells_the_past(text: str) -> bool:
    """Whether a sentence begins with an hour, or with a verb in the past tense."""
    text = text.lstrip("\"'“‘*_ ")
    return _CLOCK.match(text) is not None or (_PAST.match(text) is not None and first_word(text) not in _NOT_PAST)


def starts_with_clock(text: str) -> bool:
    """Whether a sentence begins with an hour."""
    return _CLOCK.match(text.lstrip()) is not None
