import Jobs

/// What of a page may change, in pieces that a browser finds by their ids.
struct LiveFragments: Sendable, Hashable {
    /// Names the pieces and their order; when it changes, the whole is sent.
    var outline: [String]
    var pieces: [HTML]
    /// An element that holds all pieces; none where the outline never changes.
    var whole: HTML?

    /// What a browser that shows `former` lacks; nil when it lacks nothing.
    func changes(since former: LiveFragments?) -> HTML? {
        guard let former, former.outline == outline else { return whole ?? HTML(pieces) }
        let changed = zip(pieces, former.pieces).filter { $0 != $1 }.map(\.0)
        return changed.isEmpty ? nil : HTML(changed)
    }
}

/// A page that is followed: which topic wakes it, and how it is made anew.
struct LivePage: Sendable {
    let topic: LiveTopic
    /// Nil when what it shows is gone.
    let fragments: @Sendable (Visit) async throws -> LiveFragments?
}
