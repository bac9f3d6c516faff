public import Kernel

/// A file of audio that somebody gave us.
public enum Recording {}

public typealias RecordingID = Identifier<Recording>

/// What became of a recording that was sent.
public enum Reception: Sendable, Hashable {
    /// A new call, or one that failed before and is tried again.
    case new(CallID)
    /// The company has had these very bytes before.
    case repeated(CallID, CallState)

    public var call: CallID {
        switch self {
        case .new(let call), .repeated(let call, _): call
        }
    }
}
