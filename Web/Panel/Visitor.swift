import Foundation
import Kernel

/// Who looks at a page, and how they want to read it.
struct Visitor: Sendable {
    var language: Language
    /// The company's zone, in which all times are shown.
    var zone: TimeZone
    var company: String
    var person: String
    /// Goes into every form of the page.
    var formToken: String
}
