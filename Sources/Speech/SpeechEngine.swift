public import Foundation
public import Kernel

/// Turns sound into words; every engine is a server somewhere.
public protocol SpeechEngine: Sendable {
    /// Transcribes one channel, or one window of it.
    ///
    /// `seconds` is its length, by which the engine is given time. Throws `SpeechFault`, or `CancellationError`.
    func transcribe(_ file: URL, seconds: Double, language: Language) async throws -> Recognition

    /// Whether the engine would take work now; one that still loads its model would not.
    func isReady() async -> Bool
}

extension SpeechEngine {
    /// Transcribes a window of whatever length, the longest of which is five minutes.
    public func transcribe(_ file: URL, language: Language) async throws -> Recognition {
        try await transcribe(file, seconds: 300, language: language)
    }
}

/// Why an engine gave no words.
public enum SpeechFault: Fault, Hashable {
    /// What an engine will go on refusing until somebody changes something.
    public enum Cause: String, Sendable, Hashable {
        case audio = "it cannot read the audio"
        case key = "it does not accept the key"
        case model = "it does not have the model"
        case quota = "its quota is used up"
        case tooLarge = "the audio is too large for it"
        case request = "it does not accept the request"
    }

    /// No connection, or it broke.
    case unreachable(HTTPReason)
    /// The engine is loading or has enough to do.
    case busy(retryAfter: Duration?)
    /// The engine has a fault of its own, by its HTTP status.
    case failing(status: Int)
    case refused(Cause)
    /// It answered with something that is no transcription.
    case nonsense(String)

    public var isPassing: Bool {
        switch self {
        case .unreachable, .busy, .failing, .nonsense: true
        case .refused: false
        }
    }

    public var description: String {
        switch self {
        case .unreachable(let reason): "the speech engine is unreachable: \(reason)"
        case .busy: "the speech engine is busy"
        case .failing(let status): "the speech engine fails with status \(status)"
        case .refused(let cause): "the speech engine refuses: \(cause.rawValue)"
        case .nonsense(let what): "the speech engine answers nonsense: \(what)"
        }
    }
}

/// The sentence of an HTTP fault, which names the origin only.
public typealias HTTPReason = String
